import { sql } from 'kysely';
import { z } from 'zod';
import { query } from '../kernel/operation.js';
import { mayReadGroup } from './administered.js';
import { MAX_PARENTS } from './memberships.queries.js';

const ids = z.array(z.uuid()).max(MAX_PARENTS);

/** One of a person's courses, and where it comes from (B41). */
export interface UserCourse {
  userId: string;
  id: string;
  name: string;
  /** Whether it was given to the person themselves. */
  own: boolean;
  /** The groups that give it: those the person is in now, applied and not ended. */
  groupIds: string[];
}

/**
 * The courses of some people: the union of their own and their groups' (B41), each once. A membership counts while it is
 * in effect: `removing` still, `adding` not yet. A group admin sees what their own groups give, and no other group.
 */
export const userCourses = query({
  permission: ['user:read', 'administered-group:read'],
  input: z.object({ userIds: ids }),
  run: (tx, { userIds }): Promise<UserCourse[]> =>
    tx.rows(sql<UserCourse>`
      select c.user_id as "userId", c.course_id as id, coalesce(min(c.course_name) filter (where c.group_id is null),
          min(c.course_name)) as name, bool_or(c.group_id is null) as own,
        coalesce(array_agg(c.group_id::text order by c.group_id) filter (where c.group_id is not null), '{}') as "groupIds"
      from (
        select o.user_id, o.course_id, o.course_name, null::uuid as group_id from user_courses o
        where o.organization_id = ${tx.context.organizationId} and o.user_id = any(${userIds}::uuid[])
        union all
        select m.user_id, gc.course_id, gc.course_name, m.group_id from memberships m
        join group_courses gc on gc.organization_id = m.organization_id and gc.group_id = m.group_id
        where m.organization_id = ${tx.context.organizationId} and m.user_id = any(${userIds}::uuid[])
          and m.state in ('active', 'removing') and ${mayReadGroup(tx.context, sql.ref('m.group_id'))}) c
      group by c.user_id, c.course_id order by c.user_id, c.course_id
    `),
});

/** The courses some groups give, in a stable order. */
export const groupCourses = query({
  permission: ['group:read', 'administered-group:read'],
  input: z.object({ groupIds: ids }),
  run: (tx, { groupIds }): Promise<{ groupId: string; id: string; name: string }[]> =>
    tx.rows(sql<{ groupId: string; id: string; name: string }>`
      select c.group_id as "groupId", c.course_id as id, c.course_name as name from group_courses c
      where c.organization_id = ${tx.context.organizationId} and c.group_id = any(${groupIds}::uuid[])
        and ${mayReadGroup(tx.context, sql.ref('c.group_id'))}
      order by c.group_id, c.course_id
    `),
});
