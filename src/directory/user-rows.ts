import { type RawBuilder, sql } from 'kysely';
import type { Context } from '../kernel/context.js';
import type { Role } from '../kernel/permissions.js';
import type { Transaction } from '../kernel/tenancy.js';
import { mayReadGroup, mayReadUser } from './administered.js';
import { ALL_SEEN, type Seen } from './filter/elements.js';
import { isAmong } from './move-members.js';
import type { UserGroup, UserProfile, UserRecord, UserStatus } from './shapes.js';

/** The columns of a UserRecord, of `users u`. */
export const USER_COLUMNS = sql`
  u.id, u.user_name, u.email, u.external_id, u.given_name, u.family_name, u.title, u.employee_number, u.active,
  u.attributes, u.role, u.connection_id, u.version, u.created_at, u.updated_at, u.deactivated_by, u.license,
  u.license_taken_at, u.first_signed_in_at, u.last_signed_in_at, u.erased_at, u.status`;

export interface UserRow {
  id: string;
  user_name: string | null;
  email: string | null;
  external_id: string | null;
  given_name: string | null;
  family_name: string | null;
  title: string | null;
  employee_number: string | null;
  active: boolean;
  attributes: UserProfile;
  role: Role;
  connection_id: string | null;
  version: number;
  /** Timestamps arrive as text: the ORM reads them itself. */
  created_at: string;
  updated_at: string;
  deactivated_by: 'connection' | 'admin' | null;
  license: 'standard' | 'pro' | null;
  license_taken_at: string | null;
  first_signed_in_at: string | null;
  last_signed_in_at: string | null;
  erased_at: string | null;
  status: UserStatus;
}

const date = (text: string | null): Date | null => (text === null ? null : new Date(text));

/** Somebody invited or registered here has no user name of their own: their address stands in. */
export const toUserRecord = (row: UserRow): UserRecord => ({
  id: row.id,
  userName: row.user_name ?? row.email ?? '',
  email: row.email,
  active: row.active,
  externalId: row.external_id,
  givenName: row.given_name,
  familyName: row.family_name,
  title: row.title,
  employeeNumber: row.employee_number,
  profile: row.attributes,
  role: row.role,
  connectionId: row.connection_id,
  version: row.version,
  createdAt: new Date(row.created_at),
  updatedAt: new Date(row.updated_at),
  deactivatedBy: row.deactivated_by,
  license: row.license,
  licenseTakenAt: date(row.license_taken_at),
  firstSignedInAt: date(row.first_signed_in_at),
  lastSignedInAt: date(row.last_signed_in_at),
  erasedAt: date(row.erased_at),
  status: row.status,
});

/**
 * B11: a connection sees the people it created or adopted; the product sees everyone, a group admin their own people.
 * `isByKey` when one of them is looked up by another key.
 */
export function visibleUsers(context: Context, isByKey = false): RawBuilder<unknown> {
  const inOrganization = sql`u.organization_id = ${context.organizationId}`;
  if (context.actor.kind !== 'connection')
    return sql`${inOrganization} and ${mayReadUser(context, sql.ref('u.id'))}`;
  // No index is about IS NOT DISTINCT FROM. Among a thousand organizations PostgreSQL takes the people of a connection for one
  // row, as it does those of a key, and a look-up read all hundred thousand of them.
  if (isByKey) return sql`${inOrganization} and u.connection_id is not distinct from ${context.actor.id}`;
  return sql`${inOrganization} and u.connection_id = ${context.actor.id}`;
}

/** B24: a connection sees its own groups, or all of them when its setting says so; a group admin those they administer. */
export function visibleGroups(context: Context): RawBuilder<unknown> {
  const inOrganization = sql`g.organization_id = ${context.organizationId}`;
  if (context.actor.kind !== 'connection')
    return sql`${inOrganization} and ${mayReadGroup(context, sql.ref('g.id'))}`;
  if (context.actor.showsAllGroups) return inOrganization;
  return sql`${inOrganization} and g.connection_id = ${context.actor.id}`;
}

/** What a filter may find a person by their groups, or a group by its members, with: what the answer would show. */
export function seenBy({ actor }: Context): Seen {
  if (actor.kind !== 'connection') return ALL_SEEN;
  return {
    group: actor.showsAllGroups ? ALL_SEEN.group : sql<boolean>`mg.connection_id = ${actor.id}`,
    member: sql<boolean>`(select mu.connection_id from users mu
      where mu.organization_id = m.organization_id and mu.id = m.user_id) = ${actor.id}`,
  };
}

/** The groups of the person `u` as `groupsOfUsers` reads them, as one JSON value: a person is read by one statement. */
export const groupsOfUser = (context: Context): RawBuilder<unknown> => sql`(
  select json_agg(json_build_object('groupId', m.group_id, 'display', g.display_name) order by m.group_id)
  from memberships m cross join lateral (
    select g.display_name from groups g
    where g.organization_id = m.organization_id and g.id = m.group_id and ${visibleGroups(context)} offset 0) g
  where m.organization_id = u.organization_id and m.user_id = u.id and m.state in ('adding', 'active'))`;

/** The groups of some people as SCIM shows them: what the provider asked for, applied or not; by key as in `membersOfGroups`. */
export async function groupsOfUsers(
  tx: Transaction,
  context: Context,
  userIds: readonly string[],
): Promise<Map<string, UserGroup[]>> {
  const found = new Map<string, UserGroup[]>(userIds.map((id) => [id, []]));
  if (userIds.length === 0) return found;
  const rows = await tx.rows(
    sql<{ user_id: string; group_id: string; display: string }>`
    select m.user_id, m.group_id, g.display_name as display from memberships m cross join lateral (
      select g.display_name from groups g
      where g.organization_id = m.organization_id and g.id = m.group_id and ${visibleGroups(context)} offset 0) g
    where m.organization_id = ${context.organizationId} and ${isAmong(sql`m.user_id`, userIds)}
      and m.state in ('adding', 'active')
    order by m.user_id, m.group_id
  `,
    { prepared: true, alone: userIds.length > 1 },
  );
  for (const row of rows) found.get(row.user_id)?.push({ groupId: row.group_id, display: row.display });
  return found;
}
