import { type RawBuilder, sql } from 'kysely';
import type { Work } from '../kernel/operation.js';
import { MAX_RECORDED_MEMBERS, type MemberCount } from './record-change.js';

/** Who comes into a group and who goes, the group and the people locked. */
export interface Move {
  groupId: string;
  changeId: string;
  joining: readonly string[];
  leaving: readonly string[];
  /** B29: whom the caller may remove. */
  removable: 'managed' | 'anyone';
  /** People who cannot join, for the history of their memberships. */
  refused: readonly string[];
}

/** What became of it: rows that are as they should be, rows that wait for the worker, and whose they are. */
export interface Moved {
  settled: number;
  pending: number;
  added: MemberCount;
  removed: MemberCount;
}

/** As many people as one statement moves well within its time (5 s), also on a machine that has other things to do. */
const AT_ONCE = 10_000;

/** Ids as one parameter, checked by `isId` before: quoting each of fifty thousand would cost more than using them. */
export const idList = (ids: readonly string[]): RawBuilder<unknown> => sql`${`{${ids.join(',')}}`}::uuid[]`;

/**
 * Whether a column has one of these ids. One id is compared as such and none not at all: a list that is a parameter is
 * planned for ten values, takes that for dearer than the plan for its own, and so is planned anew each time.
 */
export function isAmong(column: RawBuilder<unknown>, ids: readonly string[]): RawBuilder<boolean> {
  if (ids.length === 0) return sql`false`;
  return ids.length === 1 ? sql`${column} = ${ids[0]}::uuid` : sql`${column} = any(${idList(ids)})`;
}

/** From here on it pays to ask first whether anybody waits: then nobody has to be looked up who could be taken back. */
const MANY = 100;

/** Moves rows between states, one set-based statement for AT_ONCE people of either kind, in the caller's transaction. */
export async function moveMembers(tx: Work, move: Move): Promise<Moved> {
  const nobody = (): MemberCount => ({ count: 0, ids: [] });
  const total: Moved = { settled: 0, pending: 0, added: nobody(), removed: nobody() };
  const { joining, leaving, refused } = move;
  const most = Math.max(joining.length, leaving.length, refused.length);
  const isSettled = most > MANY && (await nobodyWaits(tx, move.groupId));
  for (let from = 0; from < most; from += AT_ONCE) {
    const part = (ids: readonly string[]) => ids.slice(from, from + AT_ONCE);
    const moved = await moveSome(tx, {
      ...move,
      joining: part(joining),
      leaving: part(leaving),
      refused: part(refused),
      isSettled,
    });
    total.settled += moved.settled;
    total.pending += moved.pending;
    total.added = sum(total.added, moved.added);
    total.removed = sum(total.removed, moved.removed);
  }
  return total;
}

/** Whether the group, locked, has no change that the worker has yet to apply. */
async function nobodyWaits(tx: Work, groupId: string): Promise<boolean> {
  const waiting = await tx.rows(sql`
    select from memberships where organization_id = ${tx.context.organizationId} and group_id = ${groupId}
      and state <> 'active' limit 1
  `);
  return waiting.length === 0;
}

const sum = (a: MemberCount, b: MemberCount): MemberCount => ({
  count: a.count + b.count,
  ids: [...a.ids, ...b.ids].slice(0, MAX_RECORDED_MEMBERS),
});

/**
 * Nothing is joined: a group grows from nobody to thousands before PostgreSQL has statistics of it, and a join planned
 * for one member compares everybody with everybody. Ids in arrays and sub-selects by key cost the same either way.
 */
async function moveSome(tx: Work, move: Move & { isSettled: boolean }): Promise<Moved> {
  const { organizationId } = tx.context;
  const { groupId, changeId, joining, leaving, removable, refused } = move;
  const inGroup = sql`m.organization_id = ${organizationId} and m.group_id = ${groupId}`;
  const named = isAmong(sql`m.user_id`, leaving);
  const joins = isAmong(sql`m.user_id`, joining);
  const leaves = removable === 'anyone' ? named : sql`${named} and ${isManaged}`;
  const takenBack = move.isSettled ? sql`false` : sql`${joins} and ${stateIs('removing')}`;
  const cancelled = move.isSettled ? sql`false` : sql`${stateIs('adding')} and ${leaves}`;
  const isSmall = joining.length + leaving.length + refused.length === 1;
  const [moved] = await tx.rows(
    sql<Moved>`
    with taken_back as (
      select m.user_id, m.accepted_at, m.change_id from memberships m
      where ${inGroup} and ${takenBack}),
    revived as (
      update memberships m set state = 'active', change_id = ${changeId}
      where ${inGroup} and ${takenBack}
      returning m.user_id),
    inserted as (
      insert into memberships (organization_id, group_id, user_id, state, change_id)
      select u.organization_id, ${groupId}::uuid, u.id, 'adding', ${changeId}::uuid from users u
      where u.organization_id = ${organizationId} and ${isAmong(sql`u.id`, joining)}
        and (select true from memberships m where ${inGroup} and m.user_id = u.id) is null
      returning user_id),
    cancelled as (
      delete from memberships m where ${inGroup} and ${cancelled}
      returning m.user_id, m.accepted_at, m.change_id),
    removing as (
      update memberships m set state = 'removing', change_id = ${changeId}, accepted_at = clock_timestamp()
      where ${inGroup} and ${stateIs('active')} and ${leaves}
      returning m.user_id),
    events as (
      insert into membership_events (organization_id, user_id, group_id, kind, at, change_id)
      select ${organizationId}::uuid, e.user_id, ${groupId}::uuid, e.kind, e.at, e.change_id from (
        select user_id, 'removing' as kind, accepted_at as at, change_id from taken_back
        union all select user_id, 'kept', clock_timestamp(), ${changeId}::uuid from revived
        union all select user_id, 'adding', accepted_at, change_id from cancelled
        union all select user_id, 'cancelled', clock_timestamp(), ${changeId}::uuid from cancelled
        union all select unnest(${idList(refused)}), 'refused', clock_timestamp(), ${changeId}::uuid) e)
    select ((select count(*) from revived) + (select count(*) from cancelled))::int as settled,
           ((select count(*) from inserted) + (select count(*) from removing))::int as pending,
           ${counted(sql`select user_id from revived union all select user_id from inserted`)} as added,
           ${counted(sql`select user_id from cancelled union all select user_id from removing`)} as removed
  `,
    { prepared: isSmall },
  );
  if (!moved) throw new Error('A statement of counts has one row.');
  return moved;
}

/** How many people a statement moved, and the first of them. */
const counted = (moved: RawBuilder<unknown>) => sql`json_build_object(
  'count', (select count(*) from (${moved}) as moved),
  'ids', (select coalesce(json_agg(user_id), '[]')
    from (select user_id from (${moved}) as moved limit ${MAX_RECORDED_MEMBERS}) as first))`;

/**
 * The state of a row that is found by its key, in words no partial index is about: the planner thinks that next to
 * nothing waits, and would read everything that does for each change of one member.
 */
const stateIs = (state: 'adding' | 'active' | 'removing') => sql`m.state || '' = ${state}`;

const isManaged = sql`(select u.connection_id is not null from users u
  where u.organization_id = m.organization_id and u.id = m.user_id)`;
