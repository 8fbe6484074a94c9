import { sql } from 'kysely';
import type { License } from '../directory/shapes.js';
import type { Work } from '../kernel/operation.js';
import type { WhenNoLicenseIsFree } from '../organizations/organization.entity.js';

/** What the organization decided about licenses. */
export interface LicenseSettings {
  /** What a sign-in takes: Pro where the organization bought it for everyone (B35). */
  kind: License;
  whenNoLicenseIsFree: WhenNoLicenseIsFree;
}

/** The kind of license a sign-in takes, of `organizations o`. */
export const KIND_OF_SIGN_IN = sql<License>`case when o.pro_for_everyone then 'pro' else 'standard' end`;

/** What the organization decided, as it is now. Locks nothing. */
export async function licenseSettings(tx: Work): Promise<LicenseSettings> {
  const [row] = await tx.rows(
    sql<LicenseSettings>`
      select ${KIND_OF_SIGN_IN} as kind, o.when_no_license_is_free as "whenNoLicenseIsFree"
      from organizations o where o.id = ${tx.context.organizationId}
    `,
    { prepared: true },
  );
  if (!row) throw new Error('An organization that is entered exists.');
  return row;
}

/**
 * Takes a seat of that kind for someone, in one statement: the pool is locked, so that what is free is known, the
 * person gets the license, and the trigger of migration 0059 counts it. Nobody who waits for one of that kind is passed by. Someone who
 * holds another kind moves, and keeps theirs when none is free. False when no seat was free for them (I5).
 */
export async function takeSeat(tx: Work, userId: string, kind: License): Promise<boolean> {
  const { organizationId } = tx.context;
  const taken = await tx.rows(sql`
    with seat as (
      select p.kind from seat_pools p join organizations o on o.id = p.organization_id
      where p.organization_id = ${organizationId} and p.kind = ${kind} and p.taken < p.bought and (
        p.kind <> ${KIND_OF_SIGN_IN} or not exists (
          select from license_requests r where r.organization_id = ${organizationId} and r.user_id <> ${userId}))
      for update of p
    ), holder as (
      update users u set license = seat.kind, license_taken_at = now() from seat
      where u.organization_id = ${organizationId} and u.id = ${userId} and u.active
        and u.license is distinct from seat.kind
      returning u.id
    ), served as (
      delete from license_requests r using holder
      where r.organization_id = ${organizationId} and r.user_id = holder.id
    )
    select id from holder
  `);
  return taken.length > 0;
}

/**
 * Gives free seats to those who wait, in the order they asked, as many as there are (B35). People whose row somebody is
 * changing at this moment are left to the next call, so that this never waits for them. Returns who got one.
 */
export async function grantToLine(tx: Work, kind: License): Promise<string[]> {
  const { organizationId } = tx.context;
  const granted = await tx.rows(sql<{ id: string }>`
    with pool as (
      select p.kind, p.bought - p.taken as free from seat_pools p
      where p.organization_id = ${organizationId} and p.kind = ${kind} and p.taken < p.bought for update of p
    ), line as (
      select u.id from license_requests r
      join users u on u.organization_id = r.organization_id and u.id = r.user_id
      where r.organization_id = ${organizationId} and u.active
      order by r.requested_at, r.user_id limit coalesce((select free from pool), 0)
      for update of u skip locked
    ), holder as (
      update users u set license = pool.kind, license_taken_at = now() from pool, line
      where u.organization_id = ${organizationId} and u.id = line.id and u.license is distinct from pool.kind
      returning u.id
    ), served as (
      delete from license_requests r using line
      where r.organization_id = ${organizationId} and r.user_id = line.id
    )
    select id from holder
  `);
  return granted.map((row) => row.id);
}

/** For whoever frees or adds seats: says so to the worker that grants them to the line (`grantLicenses`). */
export const announceFreeSeats = (tx: Work): void => tx.emit({ topic: 'license.freed', ids: {} });
