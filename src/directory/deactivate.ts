import { sql } from 'kysely';
import { DomainError } from '../kernel/errors.js';
import type { Work } from '../kernel/operation.js';
import type { UserRecord } from './shapes.js';

/** B18: whoever owns the organization cannot be locked out of it by a provider's mistake. */
export function refuseForOwner(user: UserRecord): void {
  if (user.role !== 'owner') return;
  throw new DomainError(
    'INVALID_INPUT',
    `'${user.userName}' owns this organization and cannot be deactivated. Make someone else the owner first, or take this person out of the provisioning scope.`,
    { field: 'active' },
  );
}

/**
 * B19: what ends together with `active`, in the transaction that ends it: every membership, whatever its state, and
 * every invitation of this person that was not applied yet, linked or pending (R6, I6). The groups are locked in order
 * and get a new version, because their members changed.
 */
export async function endAccess(tx: Work, userId: string): Promise<void> {
  const { organizationId } = tx.context;
  await tx.rows(sql`
    with affected as (
      select g.id from groups g
      where g.organization_id = ${organizationId} and g.id in (
        select group_id from memberships where organization_id = ${organizationId} and user_id = ${userId})
      order by g.id for update
    )
    update groups g set version = version + 1, updated_at = now()
    from affected where g.organization_id = ${organizationId} and g.id = affected.id
  `);
  await tx.rows(
    sql`delete from memberships where organization_id = ${organizationId} and user_id = ${userId}`,
  );
  await tx.rows(sql`
    update invitations set state = 'revoked'
    where organization_id = ${organizationId} and (
      user_id = ${userId} and state = 'consumed' and applied_at is null
      or state = 'pending' and email_key = (
        select email_key from users where organization_id = ${organizationId} and id = ${userId}))
  `);
}
