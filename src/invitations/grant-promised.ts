import { sql } from 'kysely';
import { withEvents } from '../directory/membership-events.js';
import type { Work } from '../kernel/operation.js';
import type { Course } from './invitation.entity.js';

/** What somebody was promised, and who it is. */
export interface Promised {
  userId: string;
  groupIds: readonly string[];
  courses: readonly Course[];
  /** Whether they administer those groups from now on (B33). */
  administers?: boolean;
}

/**
 * Puts a person, who is locked, into the groups and courses they were promised, in effect at once. A group that is gone by
 * now is left out; how many were there. The groups are locked in order, after the person. A removal that was accepted
 * before and not applied yet is taken back: the promise is the younger word.
 */
export async function grantPromised(
  tx: Work,
  { userId, groupIds, courses, administers = false }: Promised,
): Promise<number> {
  const { organizationId } = tx.context;
  const locked = await tx.rows(sql<{ id: string }>`
    select id from groups where organization_id = ${organizationId} and id = any(${[...groupIds]}::uuid[])
    order by id for update
  `);
  const ids = locked.map((row) => row.id);
  if (ids.length > 0) {
    const joining = sql<{ group_id: string }>`
      insert into memberships (organization_id, group_id, user_id, state, applied_at)
      select ${organizationId}::uuid, g.id, ${userId}::uuid, 'active', clock_timestamp()
      from unnest(${ids}::uuid[]) as g(id)
      on conflict (organization_id, group_id, user_id) do update set state = 'active'
      where memberships.state = 'removing'
      returning user_id, group_id`;
    const joined = await tx.rows(withEvents(tx.context, 'active', joining));
    await tx.rows(sql`
      update groups set version = version + 1, updated_at = now()
      where organization_id = ${organizationId} and id = any(${joined.map((row) => row.group_id)}::uuid[])
    `);
  }
  if (administers) {
    await tx.rows(sql`
      insert into group_admins (organization_id, group_id, user_id)
      select ${organizationId}::uuid, g.id, ${userId}::uuid from unnest(${ids}::uuid[]) as g(id)
      on conflict do nothing
    `);
  }
  if (courses.length > 0) {
    await tx.rows(sql`
      insert into user_courses (organization_id, user_id, course_id, course_name)
      select ${organizationId}::uuid, ${userId}::uuid, c.id, c.name
      from jsonb_to_recordset(${JSON.stringify(courses)}::jsonb) as c(id text, name text)
      on conflict do nothing
    `);
  }
  return ids.length;
}
