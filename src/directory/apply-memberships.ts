import { type RawBuilder, sql } from 'kysely';
import { z } from 'zod';
import { command } from '../kernel/operation.js';

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
    await tx.rows(sql`
      select id from groups where organization_id = ${tx.context.organizationId} and id = ${groupId} for update
    `);
    const batch = await tx.rows(sql<{ user_id: string; joins: boolean }>`
      select m.user_id, m.state = 'adding' and (
        select u.active from users u where u.organization_id = m.organization_id and u.id = m.user_id) as joins
      from memberships m where ${inGroup} and m.state <> 'active' limit ${BATCH_SIZE}
    `);
    const idsOf = (joins: boolean) => batch.filter((row) => row.joins === joins).map((row) => row.user_id);
    const [joining, leaving] = [idsOf(true), idsOf(false)];
    const delays: number[] = [];
    if (joining.length > 0) {
      const rows = await tx.rows(sql<Settled>`
        with settled as (
          update memberships set state = 'active', applied_at = clock_timestamp()
          where ${inGroup} and user_id = any(${joining}::uuid[]) returning *, ${DELAY}),
        ${eventsOf(sql`'active'`)}
        select delay from settled
      `);
      delays.push(...rows.map((row) => row.delay));
    }
    const added = delays.length;
    if (leaving.length > 0) {
      const rows = await tx.rows(sql<Settled>`
        with settled as (
          delete from memberships where ${inGroup} and user_id = any(${leaving}::uuid[]) returning *, ${DELAY}),
        ${eventsOf(sql`case state when 'adding' then 'cancelled' else 'removed' end`)}
        select delay from settled
      `);
      delays.push(...rows.map((row) => row.delay));
    }
    return { groupId, added, removed: delays.length - added, more: batch.length === BATCH_SIZE, delays };
  },
});

interface Settled {
  delay: number;
}

const DELAY = sql`extract(epoch from clock_timestamp() - accepted_at)::float8 as delay`;

/** The history of what was settled, in the statement that settles it: who asked is found through the change. */
const eventsOf = (kind: RawBuilder<unknown>) => sql`
  events as (
    insert into membership_events (organization_id, user_id, group_id, kind, accepted_at, change_id)
    select organization_id, user_id, group_id, ${kind}, accepted_at, change_id from settled)`;
