import { type RawBuilder, sql } from 'kysely';
import { DomainError } from '../kernel/errors.js';
import type { Work } from '../kernel/operation.js';
import { withEvents } from './membership-events.js';
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

/** What every statement that writes `active = false` writes as well. */
export const WITHOUT_LICENSE = sql`license = null, license_taken_at = null`;

/**
 * B19: what ends together with `active`, in the transaction that ends it: every membership, whatever its state, every
 * invitation of these people that was not applied yet, linked or pending, the groups they administer and the tokens that
 * act as them (R6, I6). The people are locked by the caller; their groups are locked in order and get a new version,
 * because their members changed. The license ends in the very statement that writes `active = false`, and the place in
 * the line with it (migration 0059); whoever waits for a license is granted the free one by a job.
 */
export async function endAccess(tx: Work, people: string | readonly string[]): Promise<void> {
  const { organizationId } = tx.context;
  const ofOne = { prepared: typeof people === 'string' };
  // One person is compared as such: a list that is a parameter is planned for ten, and so for each request anew.
  const isOneOf = (column: RawBuilder<unknown>) =>
    typeof people === 'string'
      ? sql`${column} = ${people}::uuid`
      : sql`${column} = any(${[...people]}::uuid[])`;
  const theirs = sql`organization_id = ${organizationId} and ${isOneOf(sql`user_id`)}`;
  const [, , [line]] = await Promise.all([
    tx.rows(
      sql`
    with affected as (
      select g.id from groups g
      where g.organization_id = ${organizationId} and g.id in (select group_id from memberships where ${theirs})
      order by g.id for update
    )
    update groups g set version = version + 1, updated_at = now()
    from affected where g.organization_id = ${organizationId} and g.id = affected.id
  `,
      ofOne,
    ),
    tx.rows(
      withEvents(
        tx.context,
        'removed',
        sql`delete from memberships where ${theirs} returning user_id, group_id`,
      ),
      ofOne,
    ),
    tx.rows(
      sql<{ waits: boolean }>`
    select exists (select from license_requests where organization_id = ${organizationId}) as waits
  `,
      ofOne,
    ),
    tx.rows(sql`delete from group_admins where ${theirs}`, ofOne),
    tx.rows(sql`update api_tokens set revoked_at = now() where ${theirs} and revoked_at is null`, ofOne),
    tx.rows(
      sql`update invitations set state = 'revoked' where ${theirs} and state = 'consumed' and applied_at is null`,
      ofOne,
    ),
    tx.rows(
      sql`
    update invitations set state = 'revoked'
    where organization_id = ${organizationId} and state = 'pending' and email_key in (
      select email_key from users where organization_id = ${organizationId} and ${isOneOf(sql`id`)})
  `,
      ofOne,
    ),
  ]);
  if (line?.waits) tx.emit({ topic: 'license.freed', ids: {} });
}
