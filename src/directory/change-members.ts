import { type RawBuilder, sql } from 'kysely';
import { serializationFailure } from '../kernel/database.js';
import { DomainError, notFound, shownId } from '../kernel/errors.js';
import { isId, newId } from '../kernel/ids.js';
import type { Work } from '../kernel/operation.js';
import { idList, isAmong, moveMembers } from './move-members.js';
import type { ScimProfile } from './profile.js';
import type { MembersChange } from './shapes.js';

/** What one write did to a group's members: how many rows it moved, and how many people could not be added. */
export interface AcceptedChange {
  changeId: string;
  accepted: number;
  failed: number;
}

/** What `prepareMembers` found out about the people who are to be members. */
export interface PreparedMembers {
  /** Those who are members already. They are not locked, so that the cost follows the change. */
  staying: string[];
  /** Those who are not, locked against deactivation until the end of the transaction. */
  joining: string[];
  leaving: string[] | 'everyone else';
  /**
   * People who cannot be in the group, and must not fail the others: the deactivated (B19), and in what a provider manages those
   * who were let go of (B39), because the provider could never take them out again (B29).
   */
  refused: string[];
  /** B29: groups among the members, which a provider may send by their bare id; they are passed over. */
  nested: string[];
  /** B29: whom a provider may remove. An admin of an ordinary group removes anyone. */
  removable: 'managed' | 'anyone';
}

/**
 * PostgreSQL plans a foreign-key check once per connection. A plan made while the directory was small may read every
 * person of the organization for each new member, so before many are added at once the checks are planned anew.
 */
const REPLAN_ABOVE = 100;

/** An error message that lists more ids than this helps nobody. */
const MAX_LISTED = 3;

/**
 * First step, before any group is locked (lock order: users, then groups): everyone who is to be added exists and is
 * locked against deactivation. B29: an id that is nobody here is NOT_FOUND; so is someone who was deprovisioned, whom
 * the provider cannot see any more (B20). A group that came from a provider is passed over in what a provider manages. Only
 * those who would be added are locked, so that the cost follows the change.
 */
export async function prepareMembers(
  tx: Work,
  groupId: string | undefined,
  change: MembersChange,
  removable: 'managed' | 'anyone' = 'managed',
  unknownMember: ScimProfile['unknownMember'] = 'NOT_FOUND',
): Promise<PreparedMembers> {
  const wanted = new Set('replace' in change ? change.replace : change.add);
  const ids = [...wanted].filter(isId);
  const people = await lockJoining(tx, groupId, ids, mayJoin(removable));
  const present = new Set(people.filter((row) => row.present).map((row) => row.id));
  const joining = people.filter((row) => !row.present);
  const found = new Set(present);
  for (const { id, gone } of joining) if (!gone) found.add(id);
  const missing = [...wanted].filter((id) => !found.has(id));
  const nested = removable === 'managed' ? await managedGroupsAmong(tx, missing) : new Set<string>();
  const unknown = missing.filter((id) => !nested.has(id));
  if (unknown.length > 0) throw unknownMembers(unknown, unknownMember);
  const idsOf = (able: boolean) => joining.filter((row) => row.able === able).map((row) => row.id);
  return {
    staying: [...present],
    joining: idsOf(true),
    leaving:
      'replace' in change ? 'everyone else' : change.remove.filter((id) => isId(id) && !wanted.has(id)),
    refused: idsOf(false),
    nested: [...nested],
    removable,
  };
}

/** Which of these ids, which are nobody's, are groups of a provider; nothing else speaks of nested groups. */
async function managedGroupsAmong(tx: Work, missing: readonly string[]): Promise<Set<string>> {
  const ids = missing.filter(isId);
  if (ids.length === 0) return new Set();
  const rows = await tx.rows(sql<{ id: string }>`
    select g.id from groups g
    where g.organization_id = ${tx.context.organizationId} and g.connection_id is not null and ${isAmong(sql`g.id`, ids)}
  `);
  return new Set(rows.map(({ id }) => id));
}

interface Person {
  id: string;
  /** Whether they are in the group already. */
  present: boolean;
  /** Whether they may be in the group. */
  able: boolean;
  gone: boolean;
}

/** Whether somebody (`u`) may be in the group. */
const mayJoin = (removable: PreparedMembers['removable']): RawBuilder<boolean> =>
  removable === 'managed' ? sql`(u.active and u.released_from is null)` : sql`u.active`;

/** Who of these people is a member, and who is not, locked; by one statement, so that nobody falls between two snapshots. */
async function lockJoining(
  tx: Work,
  groupId: string | undefined,
  ids: string[],
  able: RawBuilder<boolean>,
): Promise<Person[]> {
  if (ids.length === 0) return [];
  const { organizationId } = tx.context;
  const present = groupId !== undefined && isId(groupId) ? sql`${groupId}::uuid` : sql`null::uuid`;
  return tx.rows(
    sql<Person>`
      with present as materialized (
        select user_id from memberships
        where organization_id = ${organizationId} and group_id = ${present} and ${isAmong(sql`user_id`, ids)}
          and state <> 'removing'),
      joining as materialized (
        select u.id, ${able} as able, u.deprovisioned_at is not null as gone from users u
        where u.organization_id = ${organizationId} and ${isAmong(sql`u.id`, ids)}
          and u.id not in (select user_id from present)
        order by u.id for share)
      select id, false as present, able, gone from joining
      union all select user_id, true, true, false from present
    `,
    { prepared: ids.length === 1 },
  );
}

/** A snapshot: `lockThoseWhoLeft` finds out who of them is gone by the time the group is locked. */
async function currentMembers(tx: Work, groupId: string | undefined, ids: string[]): Promise<Set<string>> {
  if (groupId === undefined || !isId(groupId) || ids.length === 0) return new Set();
  const rows = await tx.rows(sql<{ user_id: string }>`
    select user_id from memberships
    where organization_id = ${tx.context.organizationId} and group_id = ${groupId} and user_id = any(${idList(ids)})
      and state <> 'removing'
  `);
  return new Set(rows.map((row) => row.user_id));
}

/** The refusal of people to be added who are nobody here, as far as the caller may know. */
export function unknownMembers(ids: readonly string[], code: ScimProfile['unknownMember']): DomainError {
  if (ids.length === 1 && code === 'NOT_FOUND') return notFound('user', ids[0] ?? '');
  const more = ids.length > MAX_LISTED ? ` and ${ids.length - MAX_LISTED} more` : '';
  return new DomainError(
    code,
    `These members are nobody in this organization: ${ids.slice(0, MAX_LISTED).map(shownId).join(', ')}${more}. Provision them first, then send the group again; nothing was changed.`,
    { field: 'members' },
  );
}

/**
 * Second step, with the group locked: `moveMembers` moves rows between states (docs/decisions, accepted then applied).
 * B29: only people managed by SCIM are ever removed. Emits one message for the worker when something moved that it must
 * settle. Undefined when the change changed nothing.
 */
export async function changeMembers(
  tx: Work,
  groupId: string,
  prepared: PreparedMembers,
): Promise<AcceptedChange | undefined> {
  const { organizationId, requestId, actor } = tx.context;
  const { staying, refused, removable } = prepared;
  const returning = await lockThoseWhoLeft(tx, groupId, staying, mayJoin(removable));
  const joining = [...prepared.joining, ...returning];
  const members = [...staying, ...joining];
  if (joining.length > REPLAN_ABOVE) await tx.rows(sql`discard plans`);
  const changeId = newId();
  const leaving =
    prepared.leaving === 'everyone else' ? await everyoneElse(tx, groupId, members) : prepared.leaving;
  const moved = await moveMembers(tx, { groupId, changeId, joining, leaving, removable, refused });
  const { pending, settled, added, removed } = moved;
  const accepted = pending + settled;
  const failed = refused.length;
  if (accepted + failed === 0) return undefined;
  tx.closing(sql`
    insert into membership_changes (organization_id, id, group_id, accepted, failed, request_id, actor_kind, actor_id)
    values (${organizationId}, ${changeId}, ${groupId}, ${accepted}, ${failed}, ${requestId}, ${actor.kind}, ${actor.id})
  `);
  tx.record(groupId, { members: { added, removed } });
  if (pending > 0) tx.emit({ topic: 'group.members.changed', ids: { groupId, changeId } });
  return { changeId, accepted, failed };
}

/**
 * With the group locked: each of these people is a member of it, waiting to be or in effect.
 * @throws DomainError INVALID_INPUT `noTarget` naming one who is not (RFC 7644 section 3.5.2.3).
 */
export async function requireMembers(tx: Work, groupId: string, ids: readonly string[]): Promise<void> {
  const known = ids.filter(isId);
  const present = await currentMembers(tx, groupId, known);
  const missing = ids.find((id) => !present.has(id));
  if (missing !== undefined) throw noSuchMember(missing);
}

/** The refusal of a replace that selects somebody who is no member. */
export const noSuchMember = (id: string): DomainError =>
  new DomainError(
    'INVALID_INPUT',
    `${shownId(id)} is no member of this group, so there is nothing to replace; add the new member instead. Nothing was changed.`,
    { field: 'members', scimType: 'noTarget' },
  );

/**
 * Those who were members when the change was prepared and are not any more, now locked like everyone who joins; without
 * whoever cannot be in the group since. Waiting for a person with the group in hand would be a deadlock, so when somebody is
 * at one of them this very moment the command starts anew.
 */
async function lockThoseWhoLeft(
  tx: Work,
  groupId: string,
  staying: string[],
  able: RawBuilder<boolean>,
): Promise<string[]> {
  const present = await currentMembers(tx, groupId, staying);
  const left = staying.filter((id) => !present.has(id));
  if (left.length === 0) return [];
  const rows = await tx.rows(sql<{ id: string; able: boolean }>`
    select u.id, ${able} as able from users u
    where u.organization_id = ${tx.context.organizationId} and u.id = any(${idList(left)})
    order by u.id for share skip locked
  `);
  if (rows.length !== left.length)
    throw serializationFailure('Somebody else is changing a person who is to be added.');
  return rows.filter((row) => row.able).map((row) => row.id);
}

/** Whom a whole list leaves out: the cost follows the group, as the list does. */
async function everyoneElse(tx: Work, groupId: string, members: readonly string[]): Promise<string[]> {
  const rows = await tx.rows(sql<{ user_id: string }>`
    select user_id from memberships
    where organization_id = ${tx.context.organizationId} and group_id = ${groupId} and state <> 'removing'
      and user_id <> all(${idList(members)})
  `);
  return rows.map((row) => row.user_id);
}
