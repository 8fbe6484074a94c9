import { sql } from 'kysely';
import { z } from 'zod';
import { DomainError, notFound } from '../kernel/errors.js';
import { fold, isStorableText } from '../kernel/fold.js';
import { isId } from '../kernel/ids.js';
import { command, type Work } from '../kernel/operation.js';
import { endAccess } from './deactivate.js';
import { type KnownIdentity, knownIdentity } from './erasure/known-identity.js';
import { PERSONAL_DATA } from './erasure/personal-data.js';
import { leaveTombstone } from './erasure/tombstone.js';
import type { UserRecord } from './shapes.js';
import { toUserRecord, USER_COLUMNS, type UserRow } from './user-rows.js';

/** What is left of somebody who was erased. */
export interface ErasedUser {
  id: string;
  erasedAt: Date;
}

/**
 * Erases someone's personal data for good (B38): only of a person who is deactivated already, never of the owner, and only
 * when `confirmation` repeats their user name or e-mail. What stays is an id, the history of that id without the person in
 * it, and keyed hashes by which a later POST of the same identity is known to be a new person. CONFLICT for somebody active
 * or erased, INVALID_INPUT for the owner and for a confirmation that names somebody else, NOT_FOUND for nobody.
 */
export const eraseUser = command({
  permission: 'user:erase',
  input: z.object({
    userId: z.string(),
    confirmation: z.string().max(1_000).refine(isStorableText, 'must not contain NUL or broken Unicode'),
  }),
  audit: (_input, erased: ErasedUser) => ({ action: 'user.erased', target: erased.id }),
  async run(tx, { userId, confirmation }): Promise<ErasedUser> {
    const user = await lockErasable(tx, userId);
    requireConfirmation(user, confirmation);
    const known = await knownIdentity(tx, user);
    await endAccess(tx, user.id);
    await leaveTombstone(tx, known.identities);
    await scrub(tx, user.id, known);
    const [row] = await tx.rows(sql<{ erased_at: string }>`
      select erased_at from users where organization_id = ${tx.context.organizationId} and id = ${user.id}
    `);
    return { id: user.id, erasedAt: new Date(row?.erased_at ?? '') };
  },
});

async function lockErasable(tx: Work, id: string): Promise<UserRecord> {
  const [row] = isId(id)
    ? await tx.rows(sql<UserRow>`
        select ${USER_COLUMNS} from users u
        where u.organization_id = ${tx.context.organizationId} and u.id = ${id} for update
      `)
    : [];
  if (!row) throw notFound('user', id);
  const user = toUserRecord(row);
  if (user.role === 'owner') {
    throw new DomainError(
      'INVALID_INPUT',
      'This person owns the organization and cannot be erased. Make someone else the owner first.',
      { field: 'userId' },
    );
  }
  if (user.erasedAt) {
    throw new DomainError('CONFLICT', 'The personal data of this person was erased already.', {
      field: 'userId',
    });
  }
  if (user.active) {
    throw new DomainError(
      'CONFLICT',
      'This person is active. Erasing is for people who left: deactivate them here, or deprovision them in the identity provider, then erase.',
      { field: 'userId' },
    );
  }
  return user;
}

/** What was typed is not repeated in the refusal: it may be somebody else's address. */
function requireConfirmation(user: UserRecord, confirmation: string): void {
  const typed = fold(confirmation.trim());
  const names = [user.userName, user.email ?? ''].filter((name) => name !== '').map(fold);
  if (names.includes(typed)) return;
  throw new DomainError(
    'INVALID_INPUT',
    "'confirmation' must repeat the user name or the e-mail of this person. Nothing was erased; erasing cannot be undone.",
    { field: 'confirmation' },
  );
}

/** The list is short and fixed; each statement finds its rows by index, in the lock order of the list. */
async function scrub(tx: Work, id: string, { emailKeys, texts }: KnownIdentity): Promise<void> {
  const person = { organizationId: tx.context.organizationId, id, emailKeys, identities: texts };
  for (const { erase } of Object.values(PERSONAL_DATA)) if (erase) await tx.rows(erase(person));
}
