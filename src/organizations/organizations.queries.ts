import { sql } from 'kysely';
import { z } from 'zod';
import type { Database } from '../kernel/database.js';
import { DomainError, notFound } from '../kernel/errors.js';
import { query } from '../kernel/operation.js';
import { runInSystem } from '../kernel/tenancy.js';
import { Organization } from './organization.entity.js';

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
  const [row] = await runInSystem(database, (tx) =>
    tx.rows(sql<{ id: string }>`select id from organizations where slug = ${slug}`, { prepared: true }),
  );
  if (row) return row.id;
  throw new DomainError(
    'NOT_FOUND',
    `No organization has the slug '${slug}'. Create it with \`org create ${slug}\`.`,
  );
}
