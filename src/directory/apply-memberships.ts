import { type RawBuilder, sql } from 'kysely';
import { z } from 'zod';
import { command } from '../kernel/operation.js';
import { isAmong } from './move-members.js';

/** Rows settled in one transaction: short enough that a provider waiting for the group does not notice. */
const BATCH_SIZE = 1_000;

export interface AppliedMemberships {
  groupId: string;
  added: number;
  removed: number;
  /** Whether unsettled rows may be left; call again. */
  more: boolean;
  /** Seconds from accepted to applied, one for each row. */
  delays: number[];
}

/**
 * Makes what was accepted true (docs/decisions, accepted then applied). Level-triggered: it takes whatever rows of the
 * group wait now, so running it twice, late or out of order is harmless. The group is locked first, as every writer of
 * memberships does, so the rows cannot change between the statements; someone deactivated meanwhile is not added (I6).
 */
export const applyMemberships = command({
  permission: 'membership:apply',
  input: z.object({ groupId: z.uuid() }),
  audit: (_input, { groupId, added, removed }: AppliedMemberships) =>
    added + removed === 0
      ? undefined
      : { action: 'group.membersApplied', target: groupId, details: { added, removed } },
  async run(tx, { groupId }) {
    const inGroup = sql`organization_id = ${tx.context.organizationId} and group_id = ${groupId}`;
    // In one packet, in this order: what waits is read once the group is locked.
    const [, batch] = await Promise.all([
      tx.rows(
        sql`select id from groups where organization_id = ${tx.context.organizationId} and id = ${groupId} for update`,
        { prepared: true },
      ),
      tx.rows(
        sql<{ user_id: string; joins: boolean }>`
        select m.user_id, m.state = 'adding' and (
          select u.active from users u where u.organization_id = m.organization_id and u.id = m.user_id) as joins
        from memberships m where ${inGroup} and m.state <> 'active' limit ${sql.raw(`${BATCH_SIZE}`)}`,
        { prepared: true },
      ),
    ]);
    const settle = (joins: boolean, kind: RawBuilder<unknown>, move: RawBuilder<unknown>) => {
      const ids = batch.filter((row) => row.joins === joins).map((row) => row.user_id);
      if (ids.length === 0) return [];
      return tx.rows(
        sql<{ delay: number }>`
        with settled as (
          ${move} where ${inGroup} and ${isAmong(sql`user_id`, ids)} returning *, ${DELAY}),
        ${eventsOf(kind)}
        select delay from settled`,
        { prepared: ids.length === 1 },
      );
    };
    const [joined, left] = await Promise.all([
      settle(
        true,
        sql`'active'`,
        sql`update memberships set state = 'active', applied_at = clock_timestamp()`,
      ),
      settle(
        false,
        sql`case state when 'adding' then 'cancelled' else 'removed' end`,
        sql`delete from memberships`,
      ),
    ]);
    const delays = [...joined, ...left].map(({ delay }) => delay);
    const more = batch.length === BATCH_SIZE;
    return { groupId, added: joined.length, removed: left.length, more, delays };
  },
});

const DELAY = sql`extract(epoch from clock_timestamp() - accepted_at)::float8 as delay`;

/** The history of what was settled, in the statement that settles it: who asked is found through the change. */
const eventsOf = (kind: RawBuilder<unknown>) => sql`
  events as (
    insert into membership_events (organization_id, user_id, group_id, kind, accepted_at, change_id)
    select organization_id, user_id, group_id, ${kind}, accepted_at, change_id from settled)`;
