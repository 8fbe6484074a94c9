import { sql } from 'kysely';
import { z } from 'zod';
import type { Database } from '../kernel/database.js';
import { DomainError, notFound, shownId } from '../kernel/errors.js';
import { query, systemQuery } from '../kernel/operation.js';
import { KeysetPage, type KeysetResult, readCursor } from '../kernel/page.js';
import { NO_ORGANIZATION, runInSystem } from '../kernel/tenancy.js';
import { Organization, type Plan, SLUG } from './organization.entity.js';

/** The caller's own organization. */
export const organization = query({
  permission: 'organization:read',
  input: z.object({}),
  async run(tx): Promise<Organization> {
    const found = await tx.em.findOne(Organization, { id: tx.context.organizationId });
    if (!found) throw notFound('organization', tx.context.organizationId);
    return found;
  },
});

/** For operators, who name an organization by its slug. Throws NOT_FOUND. */
export async function organizationIdOf(database: Database, slug: string): Promise<string> {
  const [row] = SLUG.test(slug)
    ? await runInSystem(
        database,
        (tx) =>
          tx.rows(sql<{ id: string }>`select id from organizations where slug = ${slug}`, { prepared: true }),
        { share: NO_ORGANIZATION, readOnly: true },
      )
    : [];
  if (row) return row.id;
  throw new DomainError(
    'NOT_FOUND',
    `No organization has the slug '${shownId(slug)}'. Create it first: createOrganization, or \`org create\` on the server.`,
    { field: 'organization' },
  );
}

/** What an operator sees of an organization: what it bought, and nothing of its people. */
export interface SoldOrganization {
  id: string;
  slug: string;
  plan: Plan;
  seats: number;
  seatsTaken: number;
  proSeats: number;
  proSeatsTaken: number;
}

/** Every organization, by slug. For operators. */
export const organizations = systemQuery({
  permission: 'organization:list',
  input: z.object({ page: KeysetPage.prefault({}) }),
  async run(tx, { page: { first, after } }): Promise<KeysetResult<SoldOrganization>> {
    const behind =
      after === null || after === undefined
        ? sql``
        : sql`where o.slug > (select slug from organizations where id = ${readCursor(after)})`;
    const rows = await tx.rows(sql<SoldOrganization>`
      select o.id, o.slug, o.plan, standard.bought as seats, standard.taken as "seatsTaken",
        pro.bought as "proSeats", pro.taken as "proSeatsTaken"
      from (select o.id, o.slug, o.plan from organizations o ${behind} order by o.slug limit ${first + 1}) as o
      join seat_pools standard on standard.organization_id = o.id and standard.kind = 'standard'
      join seat_pools pro on pro.organization_id = o.id and pro.kind = 'pro'
      order by o.slug
    `);
    return { rows: rows.slice(0, first), hasNextPage: rows.length > first };
  },
});

/** How many there are. */
export const organizationCount = systemQuery({
  permission: 'organization:list',
  input: z.object({}),
  async run(tx): Promise<number> {
    const [row] = await tx.rows(sql<{ total: number }>`select count(*)::int as total from organizations`);
    return row?.total ?? 0;
  },
});
