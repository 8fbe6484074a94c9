import { sql } from 'kysely';
import { z } from 'zod';
import { notFound } from '../kernel/errors.js';
import { isId } from '../kernel/ids.js';
import { query } from '../kernel/operation.js';

/** Which table holds the rows of a type. A type that is to be found by `node` is listed here and in `graphql/node.resolver`. */
const TABLES = {
  User: 'users',
  Group: 'groups',
  MembershipChange: 'membership_changes',
  Invitation: 'invitations',
  ScimConnection: 'scim_connections',
  ProvisioningRequest: 'provisioning_log',
} as const;

/** What an id can name. */
export type NodeType = keyof typeof TABLES;

/**
 * What an id names, in one statement that looks into the primary key of each table. It says nothing of the row: who may
 * read that is decided by the query that returns it. NOT_FOUND when it names nothing here.
 */
export const nodeType = query({
  permission: 'organization:read',
  input: z.object({ id: z.string() }),
  async run(tx, { id }): Promise<NodeType> {
    const looks = Object.entries(TABLES).map(
      ([type, table]) => sql`
        select ${sql.lit(type)} as type from ${sql.table(table)}
        where organization_id = ${tx.context.organizationId} and id = ${id}`,
    );
    const [row] = isId(id)
      ? await tx.rows(sql<{ type: NodeType }>`${sql.join(looks, sql` union all `)} limit 1`)
      : [];
    if (!row) throw notFound('object', id);
    return row.type;
  },
});
