import { sql } from 'kysely';
import { z } from 'zod';
import { notFound } from '../kernel/errors.js';
import { isId } from '../kernel/ids.js';
import { command } from '../kernel/operation.js';
import { CoursesInput } from './course-input.js';
import type { UserRecord } from './shapes.js';
import { toUserRecord, USER_COLUMNS, type UserRow } from './user-rows.js';

/**
 * The courses a person has of their own, all of them, in place of those before (B41); what their groups give stays. SCIM
 * does not own courses, so a managed person has them as well. NOT_FOUND for nobody.
 */
export const setUserCourses = command({
  permission: 'user:write',
  input: z.object({ userId: z.string(), courses: CoursesInput }),
  audit: ({ courses }, user: UserRecord) => ({
    action: 'user.coursesSet',
    target: user.id,
    details: { courses: courses.length },
  }),
  async run(tx, { userId, courses }) {
    const { organizationId } = tx.context;
    const [row] = isId(userId)
      ? await tx.rows(sql<UserRow>`
          select ${USER_COLUMNS} from users u
          where u.organization_id = ${organizationId} and u.id = ${userId} for update
        `)
      : [];
    if (!row) throw notFound('user', userId);
    const ids = courses.map(({ id }) => id);
    await tx.rows(sql`
      delete from user_courses
      where organization_id = ${organizationId} and user_id = ${userId} and not (course_id = any(${ids}::text[]))
    `);
    await tx.rows(sql`
      insert into user_courses (organization_id, user_id, course_id, course_name)
      select ${organizationId}::uuid, ${userId}::uuid, c.id, c.name
      from unnest(${ids}::text[], ${courses.map(({ name }) => name)}::text[]) as c(id, name)
      on conflict (organization_id, user_id, course_id) do update set course_name = excluded.course_name
    `);
    return toUserRecord(row);
  },
});
