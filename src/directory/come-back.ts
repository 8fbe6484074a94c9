import { sql } from 'kysely';
import { DomainError } from '../kernel/errors.js';
import { isId } from '../kernel/ids.js';
import type { Work } from '../kernel/operation.js';
import { refuseErased } from './erasure/refuse-erased.js';
import { scopeFor } from './insert-user.js';
import type { ScimProfile } from './profile.js';
import type { LockedUser } from './provisioned-user.js';
import type { UserChange, UserRecord } from './shapes.js';
import { toUserRecord, USER_COLUMNS, type UserRow } from './user-rows.js';

interface Request {
  connectionId: string;
  id: string;
  change: UserChange | ((current: UserRecord) => UserChange);
  whole: boolean;
}

/**
 * A connection asks for a change of somebody it does not manage, and `error` says so. It may have managed them once:
 * - Erased since (B19, B38): `active: true` is INVALID_INPUT, because the provider believes it brings somebody back.
 * - Released since (B39): the whole person, pushed again, is adopted again; status, role and license stay (B15). A push
 *   of `active: false` lets go of somebody who was let go of already, and a PATCH speaks of somebody it cannot see.
 * Everything else stays the error it was.
 */
export async function comeBack(
  tx: Work,
  profile: ScimProfile,
  { connectionId, id, change, whole }: Request,
  error: unknown,
): Promise<LockedUser> {
  if (!(error instanceof DomainError) || error.code !== 'NOT_FOUND' || !isId(id)) throw error;
  const [row] = await tx.rows(sql<UserRow>`
    select ${USER_COLUMNS} from users u
    where u.organization_id = ${tx.context.organizationId} and u.id = ${id} and u.connection_id is null
      and (u.released_from = ${connectionId} or u.erased_at is not null and u.deprovisioned_from = ${connectionId})
    for update
  `);
  if (!row) throw error;
  const user = toUserRecord(row);
  const { active } = typeof change === 'function' ? change(user) : change;
  if (user.erasedAt && active === true) refuseErased(user);
  if (user.erasedAt || !whole || active === false) throw error;
  const [adopted] = await tx.rows(sql<UserRow>`
    update users as u set connection_id = ${connectionId}, released_from = null,
      identity_scope = ${scopeFor(profile, id)}::uuid, version = version + 1, updated_at = now()
    where u.organization_id = ${tx.context.organizationId} and u.id = ${id} returning ${USER_COLUMNS}
  `);
  if (!adopted) throw error;
  const person = toUserRecord(adopted);
  return { user: person, at: person.updatedAt, adopted: true };
}
