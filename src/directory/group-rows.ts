import { sql } from 'kysely';
import type { Context } from '../kernel/context.js';
import { notFound } from '../kernel/errors.js';
import { isId } from '../kernel/ids.js';
import type { Work } from '../kernel/operation.js';
import type { Transaction } from '../kernel/tenancy.js';
import { DISPLAY_NAME } from './display-name.js';
import type { GroupMember, GroupRecord } from './shapes.js';
import { visibleGroups } from './user-rows.js';

/** The columns of a GroupRecord, of `groups g`. */
export const GROUP_COLUMNS = sql`
  g.id, g.display_name, g.external_id, g.connection_id, g.version, g.created_at, g.updated_at`;

export interface GroupRow {
  id: string;
  display_name: string;
  external_id: string | null;
  connection_id: string | null;
  version: number;
  /** Timestamps arrive as text: the ORM reads them itself. */
  created_at: string;
  updated_at: string;
}

/** A row of `groups` as the product speaks of it. */
export const toGroupRecord = (row: GroupRow): GroupRecord => ({
  id: row.id,
  displayName: row.display_name,
  externalId: row.external_id,
  connectionId: row.connection_id,
  version: row.version,
  createdAt: new Date(row.created_at),
  updatedAt: new Date(row.updated_at),
});

/** A group, locked. */
export interface LockedGroup extends GroupRecord {
  /** The time of this transaction: when whatever it changes will have been changed. */
  at: Date;
}

/** The group, locked, if the connection manages it or may see it (B24). */
export async function lockProvisionedGroup(tx: Work, connectionId: string, id: string): Promise<LockedGroup> {
  const [row] = isId(id)
    ? await tx.rows(
        sql<GroupRow & { at: string }>`
        select ${GROUP_COLUMNS}, now() as at from groups g
        where ${visibleGroups(tx.context)} and g.id = ${id}
          and (g.connection_id = ${connectionId} or g.connection_id is null and ${showsAllGroups(tx, connectionId)})
        for update
      `,
        { prepared: true },
      )
    : [];
  if (!row) throw notFound('group', id);
  return { ...toGroupRecord(row), at: new Date(row.at) };
}

/**
 * A provider that is shown the groups made here may also put people into them: that is what the setting is for. It is the
 * connection's setting, so it holds through whichever door the change came.
 */
const showsAllGroups = (tx: Work, connectionId: string) => sql`exists (
  select from scim_connections s
  where s.organization_id = ${tx.context.organizationId} and s.id = ${connectionId} and s.shows_all_groups)`;

/** Members read in one statement; more come in further ones, so that no group is held in memory whole. */
const MEMBERS_AT_ONCE = 2_000;

/** Some members of a group, and after whom the next ones come; undefined after the last. */
export interface MemberPage {
  members: GroupMember[];
  nextMembersAfter: string | undefined;
}

/** One page of what `membersOfGroups` reads, in the order of the ids. */
export async function membersOfGroup(
  tx: Transaction,
  context: Context,
  groupId: string,
  after?: string,
): Promise<MemberPage> {
  const rows = await tx.rows(sql<{ user_id: string; display: string }>`
    select m.user_id, u.display from memberships m cross join lateral (
      select ${DISPLAY_NAME} as display from users u
      where u.organization_id = m.organization_id and u.id = m.user_id and ${managedBy(context)} offset 0) u
    where m.organization_id = ${context.organizationId} and m.group_id = ${groupId}
      and m.state in ('adding', 'active') ${after === undefined ? sql`` : sql`and m.user_id > ${after}::uuid`}
    order by m.user_id limit ${MEMBERS_AT_ONCE + 1}
  `);
  const shown = rows.slice(0, MEMBERS_AT_ONCE);
  return {
    members: shown.map((row) => ({ userId: row.user_id, display: row.display })),
    nextMembersAfter: rows.length > shown.length ? shown.at(-1)?.user_id : undefined,
  };
}

const managedBy = ({ actor }: Context) =>
  actor.kind === 'connection' ? sql`u.connection_id = ${actor.id}` : sql`true`;

/**
 * The members of a group as SCIM shows them: what the provider asked for, of the people it manages (B11). `offset 0`
 * keeps the look-up of each person one by key: joined, it is planned by statistics that lag behind a growing group and
 * then compares everybody with everybody.
 */
export async function membersOfGroups(
  tx: Transaction,
  context: Context,
  groupIds: readonly string[],
): Promise<Map<string, GroupMember[]>> {
  const found = new Map<string, GroupMember[]>(groupIds.map((id) => [id, []]));
  if (groupIds.length === 0) return found;
  const rows = await tx.rows(sql<{ group_id: string; user_id: string; display: string }>`
    select m.group_id, m.user_id, u.display from memberships m cross join lateral (
      select ${DISPLAY_NAME} as display from users u
      where u.organization_id = m.organization_id and u.id = m.user_id and ${managedBy(context)} offset 0) u
    where m.organization_id = ${context.organizationId} and m.group_id = any(${groupIds}::uuid[])
      and m.state in ('adding', 'active')
    order by m.group_id, m.user_id
  `);
  for (const row of rows) found.get(row.group_id)?.push({ userId: row.user_id, display: row.display });
  return found;
}
