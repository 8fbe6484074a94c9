import { sql } from 'kysely';
import { z } from 'zod';
import { EmailAddress } from '../kernel/email-address.js';
import { fold } from '../kernel/fold.js';
import { command } from '../kernel/operation.js';
import { createLink } from '../mail/links.js';
import { plainMailbox, queueMail } from '../mail/queue-mail.js';
import { HAS_OTHER_WAY_IN } from './passwords.queries.js';
import { countMailRequest } from './visitor-limits.js';

/** How long the link in the mail works, by the clock of the database. */
const RESET_HOURS = 1;

interface Forgetful {
  id: string;
  email: string;
  managed: boolean;
}

/**
 * Somebody says that they forgot their password. The answer is the same whoever they are (abuse 18); what differs is in
 * the mail, which only the mailbox sees: the link for somebody with a password, the way to their provider for somebody
 * whom SCIM or single sign-on manages (abuse 3), and no mail for anybody else. It goes to the address as it is kept, not
 * as it was typed. Each call counts, whatever becomes of it (abuse 11): RATE_LIMITED above the limits of the mailbox and of
 * the client.
 */
export const requestPasswordReset = command({
  permission: 'access:request',
  input: z.object({ email: EmailAddress, client: z.string() }),
  audit: (_input, asked: { userId: string | undefined }) =>
    asked.userId === undefined ? undefined : { action: 'password.resetRequested', target: asked.userId },
  prepare: (context, { email, client }) =>
    countMailRequest(context, { kind: 'reset', address: fold(email), client }),
  async run(tx, { email }) {
    const { organizationId } = tx.context;
    const [person] = await tx.rows(sql<Forgetful>`
      select u.id, u.email, ${HAS_OTHER_WAY_IN} as managed from users u
      where u.organization_id = ${organizationId} and u.email_key = ${fold(email)} and u.active
        and (${HAS_OTHER_WAY_IN} or exists (
          select from passwords p where p.organization_id = ${organizationId} and p.user_id = u.id))
    `);
    const to = person && plainMailbox(person.email);
    if (!person || !to) return { userId: undefined };
    if (person.managed) {
      await queueMail(tx, { kind: 'provider-sign-in', to, subjectId: person.id });
      return { userId: undefined };
    }
    const link = await createLink(tx, {
      purpose: 'password-reset',
      subjectId: person.id,
      hours: RESET_HOURS,
    });
    await queueMail(tx, {
      kind: 'password-reset',
      to,
      subjectId: person.id,
      values: { linkId: link.id, hours: RESET_HOURS },
    });
    return { userId: person.id };
  },
});
