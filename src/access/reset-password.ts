import { sql } from 'kysely';
import { z } from 'zod';
import { DomainError } from '../kernel/errors.js';
import { command } from '../kernel/operation.js';
import { consumeLink, readLink } from '../mail/links.js';
import { queueMail } from '../mail/queue-mail.js';
import { hashPassword } from './password.js';
import { isResetOpen, MAY_USE_PASSWORD } from './passwords.queries.js';
import { countRegistration } from './visitor-limits.js';

const linkIsOver = (): DomainError =>
  new DomainError(
    'NOT_FOUND',
    'This link has been used, has expired or was replaced by a newer one. Ask for another one at the sign-in page.',
    { field: 'token' },
  );

/**
 * Whoever holds the link of the mail has another password, and every session of theirs ends, all in one transaction. Of
 * any number of callers with one link exactly one succeeds; other links that were mailed are void. NOT_FOUND when the
 * link is over, or the person may not use a password any more (abuse 3). RATE_LIMITED above the limit of the client
 * (abuse 11).
 */
export const resetPassword = command({
  permission: 'access:request',
  input: z.object({
    token: z.string(),
    /** Hashed before the transaction: it takes longer than one should. */
    password: z.string(),
    client: z.string(),
  }),
  audit: (_input, userId: string) => ({ action: 'password.reset', target: userId }),
  async prepare(context, { token, password, client }): Promise<string> {
    await countRegistration(context, client);
    // Before the password is hashed, which costs more than a look.
    if (!(await isResetOpen(context, { token }))) throw linkIsOver();
    return hashPassword(password);
  },
  async run(tx, { token }, passwordHash) {
    const { organizationId } = tx.context;
    const seen = await readLink(tx, 'password-reset', token);
    // The person before the link, as whoever deactivates them voids it (migration 0045).
    const [person] = await tx.rows(sql<{ id: string; email: string }>`
      select u.id, u.email from users u
      where u.organization_id = ${organizationId} and u.id = ${seen?.subjectId ?? null}::uuid and ${MAY_USE_PASSWORD}
      for update of u
    `);
    const link = person && (await consumeLink(tx, 'password-reset', token));
    if (!link) throw linkIsOver();
    const changed = await tx.rows(sql`
      update passwords set hash = ${passwordHash}, changed_at = now()
      where organization_id = ${organizationId} and user_id = ${person.id} returning user_id
    `);
    if (changed.length === 0) throw linkIsOver();
    await tx.rows(sql`
      update links set used_at = now()
      where organization_id = ${organizationId} and subject_id = ${person.id} and purpose = 'password-reset'
        and used_at is null
    `);
    await tx.rows(sql`
      update sessions set ended_at = now(), ended_because = 'password changed'
      where organization_id = ${organizationId} and user_id = ${person.id} and ended_at is null
    `);
    await queueMail(tx, { kind: 'password-changed', to: person.email, subjectId: person.id });
    return person.id;
  },
});
