import { sql } from 'kysely';
import { administeredGroups, isGroupAdmin } from '../directory/administered.js';
import { DomainError, notFound } from '../kernel/errors.js';
import { isId } from '../kernel/ids.js';
import type { Work } from '../kernel/operation.js';

/**
 * B33, B34: a group admin invites ordinary users into groups of their own and promises nothing else; whoever may invite
 * anyone passes. FORBIDDEN for another role, for courses, and without a group; NOT_FOUND for another group.
 */
export async function requireOwnInvitation(
  tx: Work,
  invitation: { role: string; groupIds: readonly string[]; courses: readonly unknown[] },
): Promise<void> {
  if (!isGroupAdmin(tx.context, 'invitation:write')) return;
  const { role, groupIds, courses } = invitation;
  if (role !== 'user') throw forbidden('role', `not with the role '${role}'`);
  if (courses.length > 0) throw forbidden('courses', 'and give no courses of their own');
  if (groupIds.length === 0) throw forbidden('groupIds', 'so name at least one of them');
  const rows = await tx.rows(sql<{ id: string }>`
    select id from unnest(${groupIds.filter(isId)}::uuid[]) as named(id) where id in ${administeredGroups(tx.context)}
  `);
  const own = new Set(rows.map((row) => row.id));
  const other = groupIds.find((id) => !own.has(id));
  if (other !== undefined) throw notFound('group', other);
}

const forbidden = (field: string, why: string): DomainError =>
  new DomainError(
    'FORBIDDEN',
    `Group admins invite ordinary users into the groups they administer, ${why}. Ask an admin of the organization.`,
    { field },
  );
