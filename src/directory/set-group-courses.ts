import { sql } from 'kysely';
import { z } from 'zod';
import { notFound } from '../kernel/errors.js';
import { isId } from '../kernel/ids.js';
import { command } from '../kernel/operation.js';
import { CoursesInput } from './course-input.js';
import { GROUP_COLUMNS, type GroupRow, toGroupRecord } from './group-rows.js';
import type { GroupRecord } from './shapes.js';

/**
 * The courses a group gives its members, all of them, in place of those before (B41). SCIM does not own courses, so a
 * managed group has them as well. NOT_FOUND for an unknown group.
 */
export const setGroupCourses = command({
  permission: 'group:write',
  input: z.object({ groupId: z.string(), courses: CoursesInput }),
  audit: ({ courses }, group: GroupRecord) => ({
    action: 'group.coursesSet',
    target: group.id,
    details: { courses: courses.length },
  }),
  async run(tx, { groupId, courses }) {
    const { organizationId } = tx.context;
    const [row] = isId(groupId)
      ? await tx.rows(sql<GroupRow>`
          select ${GROUP_COLUMNS} from groups g
          where g.organization_id = ${organizationId} and g.id = ${groupId} for update
        `)
      : [];
    if (!row) throw notFound('group', groupId);
    const ids = courses.map(({ id }) => id);
    await tx.rows(sql`
      delete from group_courses
      where organization_id = ${organizationId} and group_id = ${groupId} and not (course_id = any(${ids}::text[]))
    `);
    await tx.rows(sql`
      insert into group_courses (organization_id, group_id, course_id, course_name)
      select ${organizationId}::uuid, ${groupId}::uuid, c.id, c.name
      from unnest(${ids}::text[], ${courses.map(({ name }) => name)}::text[]) as c(id, name)
      on conflict (organization_id, group_id, course_id) do update set course_name = excluded.course_name
    `);
    return toGroupRecord(row);
  },
});
