import { sql } from 'kysely';
import { z } from 'zod';
import { mayReadGroup } from '../directory/administered.js';
import { MAX_PARENTS } from '../directory/memberships.queries.js';
import { query } from '../kernel/operation.js';

/**
 * Who administers what, seen from some groups or from some people, as pairs in a stable order (B33). A group admin sees
 * the pairs of their own groups.
 */
export const groupAdmins = query({
  permission: ['group:read', 'administered-group:read'],
  input: z.object({ of: z.enum(['group', 'user']), ids: z.array(z.uuid()).max(MAX_PARENTS) }),
  run: (tx, { of, ids }): Promise<{ groupId: string; userId: string }[]> =>
    tx.rows(sql<{ groupId: string; userId: string }>`
      select a.group_id as "groupId", a.user_id as "userId" from group_admins a
      where a.organization_id = ${tx.context.organizationId} and a.${sql.ref(`${of}_id`)} = any(${ids}::uuid[])
        and ${mayReadGroup(tx.context, sql.ref('a.group_id'))}
      order by a.group_id, a.user_id
    `),
});
