import { sql } from 'kysely';
import { z } from 'zod';
import type { License } from '../directory/shapes.js';
import { notFound } from '../kernel/errors.js';
import { query } from '../kernel/operation.js';
import { KIND_OF_SIGN_IN } from './seat-pool.js';

/** One kind of seat in figures. */
export interface SeatPool {
  bought: number;
  taken: number;
  free: number;
  /** People in the line. */
  waiting: number;
  /** People who may sign in, or are invited, and have not been here yet: what the next weeks may ask for. */
  forecast: number;
}

/** Who waits and who is expected counts for the kind a sign-in takes now; the other kind is assigned by hand. */
export const licenses = query({
  permission: 'license:read',
  input: z.object({}),
  async run(tx): Promise<Record<License, SeatPool>> {
    const { organizationId } = tx.context;
    const rows = await tx.rows(sql<SeatPool & { kind: License }>`
      select p.kind, p.bought, p.taken, p.bought - p.taken as free,
        case when p.kind = ${KIND_OF_SIGN_IN} then l.waiting else 0 end as waiting,
        case when p.kind = ${KIND_OF_SIGN_IN} then l.expected else 0 end as forecast
      from organizations o
      join seat_pools p on p.organization_id = o.id
      cross join lateral (
        select (select count(*)::int from license_requests r where r.organization_id = o.id) as waiting,
          (select count(*)::int from users u where u.organization_id = o.id and u.active and u.license is null
             and u.first_signed_in_at is null)
          - (select count(*)::int from license_requests r
             join users u on u.organization_id = r.organization_id and u.id = r.user_id
             where r.organization_id = o.id and u.license is null and u.first_signed_in_at is null)
          + (select count(*)::int from invitations i where i.organization_id = o.id and i.state = 'pending' and i.expires_at > now()
             and not exists (select from users u where u.organization_id = o.id and u.email_key = i.email_key))
          as expected) l
      where o.id = ${organizationId}
    `);
    const pool = (kind: License): SeatPool => {
      const found = rows.find((row) => row.kind === kind);
      if (!found) throw notFound('organization', organizationId);
      const { kind: _kind, ...figures } = found;
      return figures;
    };
    return { standard: pool('standard'), pro: pool('pro') };
  },
});

/** A list asks for one page of people; a nested one for as many as a loader batches. */
const MAX_USERS = 10_000;

/** Which of these people wait for a license. */
export const licenseRequests = query({
  permission: ['user:read', 'license:read'],
  input: z.object({ userIds: z.array(z.uuid()).max(MAX_USERS) }),
  async run(tx, { userIds }): Promise<Set<string>> {
    const rows = await tx.rows(sql<{ user_id: string }>`
      select user_id from license_requests
      where organization_id = ${tx.context.organizationId} and user_id = any(${userIds}::uuid[])
    `);
    return new Set(rows.map((row) => row.user_id));
  },
});

/** The standard seats an organization bought, for everyone who may see the organization. */
export const seatsBought = query({
  permission: 'organization:read',
  input: z.object({}),
  async run(tx): Promise<number> {
    const { organizationId } = tx.context;
    const [pool] = await tx.rows(sql<{ bought: number }>`
      select bought from seat_pools where organization_id = ${organizationId} and kind = 'standard'
    `);
    if (!pool) throw notFound('organization', organizationId);
    return pool.bought;
  },
});
