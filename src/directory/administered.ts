import { type RawBuilder, sql } from 'kysely';
import type { Context } from '../kernel/context.js';
import { notFound } from '../kernel/errors.js';
import { isId } from '../kernel/ids.js';
import type { Work } from '../kernel/operation.js';
import type { Permission } from '../kernel/permissions.js';
import { unknownMembers } from './change-members.js';

/** The groups the caller administers at the moment the statement runs, as a sub-select of ids (B33). */
export function administeredGroups({ organizationId, actor }: Context): RawBuilder<unknown> {
  const userId = 'userId' in actor ? (actor.userId ?? null) : null;
  return sql`(select a.group_id from group_admins a
    where a.organization_id = ${organizationId} and a.user_id = ${userId}::uuid)`;
}

/**
 * Whether the caller is let in for the groups they administer only: they lack the permission for all of them. Either half
 * of a group admin's permissions says so, because a token may be narrowed to one.
 */
export const isGroupAdmin = ({ permissions }: Context, forAll: Permission): boolean =>
  !permissions.has(forAll) &&
  (permissions.has('administered-group:read') || permissions.has('administered-group:write'));

/**
 * Deny by default (abuse 8): a condition on a group's id that holds for every group for whoever may read all of them, and
 * for a group admin for their own only.
 */
export const mayReadGroup = (context: Context, groupId: RawBuilder<unknown>): RawBuilder<unknown> =>
  isGroupAdmin(context, 'group:read') ? sql`${groupId} in ${administeredGroups(context)}` : sql`true`;

/**
 * The same for a person's id: a group admin reads the people in their groups and whoever administers these with them.
 */
export function mayReadUser(context: Context, userId: RawBuilder<unknown>): RawBuilder<unknown> {
  if (!isGroupAdmin(context, 'user:read')) return sql`true`;
  const { organizationId } = context;
  const groups = administeredGroups(context);
  return sql`(
    exists (select from memberships mine where mine.organization_id = ${organizationId}
      and mine.user_id = ${userId} and mine.group_id in ${groups})
    or exists (select from group_admins mine where mine.organization_id = ${organizationId}
      and mine.user_id = ${userId} and mine.group_id in ${groups}))`;
}

/**
 * For a command that a group admin may run on their groups: another group is NOT_FOUND, as it is when they read it.
 */
export async function requireOwnGroup(tx: Work, groupId: string, forAll: Permission): Promise<void> {
  if (tx.context.permissions.has(forAll)) return;
  const rows = isId(groupId)
    ? await tx.rows(sql`select 1 where ${groupId}::uuid in ${administeredGroups(tx.context)}`)
    : [];
  if (rows.length === 0) throw notFound('group', groupId);
}

/**
 * For a command by which a group admin brings people into their groups: somebody they cannot read is nobody, so that an id
 * that was overheard opens nothing (abuse 8).
 */
export async function requireOwnPeople(
  tx: Work,
  userIds: readonly string[],
  forAll: Permission,
): Promise<void> {
  if (userIds.length === 0 || !isGroupAdmin(tx.context, forAll)) return;
  const rows = await tx.rows(sql<{ id: string }>`
    select named.id from unnest(${userIds.filter(isId)}::uuid[]) as named(id)
    where ${mayReadUser(tx.context, sql.ref('named.id'))}
  `);
  const own = new Set(rows.map(({ id }) => id));
  const others = [...new Set(userIds)].filter((id) => !own.has(id));
  if (others.length > 0) throw unknownMembers(others, 'NOT_FOUND');
}
