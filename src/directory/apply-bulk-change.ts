import { sql } from 'kysely';
import { z } from 'zod';
import { writeHistoryOfMany } from '../kernel/audit.js';
import { DomainError } from '../kernel/errors.js';
import { command, type Work } from '../kernel/operation.js';
import type { BulkKind } from './bulk-change.js';
import { type BulkOutcome, type BulkPerson, type BulkReason, outcomeOf } from './bulk-outcome.js';
import { changeOrdinaryMembers } from './change-group-members.js';
import { endAccess, WITHOUT_LICENSE } from './deactivate.js';
import { RETURNS } from './reactivate-user.js';
import { type StopReason, whyNotAnyMore } from './requester.js';

/** What asking for each kind needs, as its command declares it. */
const PERMISSIONS = { deactivate: 'user:write', reactivate: 'user:write', assign: 'group:write' } as const;

/** People settled in one transaction: short enough that nobody waits long for one of them. */
const BATCH_SIZE = 200;

export interface AppliedBulkChange {
  id: string;
  done: number;
  failed: number;
  /** Whether people may be left; call again. */
  more: boolean;
  /** Why it was stopped instead. */
  stopped?: StopReason;
}

interface BulkChange {
  kind: BulkKind;
  group_id: string | null;
  requested_kind: string;
  requested_by: string;
  /** The last person who was settled. */
  reached: string | null;
}

/**
 * Settles the next people of a bulk change, in the order of their ids. Level-triggered: it goes on from the last who was
 * settled, and counts in the transaction that settles, so it may be run twice, late or after a kill -9. The change is locked first, so two
 * workers take turns. Before each batch whoever asked must still be allowed to ask, else it stops there, with the reason.
 * Undefined when there is nothing to do.
 */
export const applyBulkChange = command({
  permission: 'bulk:apply',
  input: z.object({ id: z.uuid() }),
  audit: (_input, applied: AppliedBulkChange | undefined) => {
    if (!applied) return undefined;
    const { id: target, done, failed, stopped } = applied;
    if (stopped) return { action: 'bulkChange.stopped', target, details: { reason: stopped } };
    return done + failed > 0
      ? { action: 'bulkChange.applied', target, details: { done, failed } }
      : undefined;
  },
  async run(tx, { id }) {
    const { organizationId } = tx.context;
    const [change] = await tx.rows(sql<BulkChange>`
      select kind, group_id, requested_kind, requested_by, reached from bulk_changes
      where organization_id = ${organizationId} and id = ${id} and finished_at is null for update
    `);
    if (!change) return undefined;
    const stopped = await whyNotAnyMore(tx, change.requested_by, PERMISSIONS[change.kind]);
    if (stopped) {
      await tx.rows(sql`
        update bulk_changes set state = 'stopped', stop_reason = ${stopped}, touched_at = clock_timestamp(),
          finished_at = clock_timestamp()
        where organization_id = ${organizationId} and id = ${id}
      `);
      return { id, done: 0, failed: 0, more: false, stopped };
    }
    const waiting = await tx.rows(sql<{ user_id: string }>`
      select user_id from bulk_change_items
      where organization_id = ${organizationId} and change_id = ${id}
        ${change.reached === null ? sql`` : sql`and user_id > ${change.reached}`}
      order by user_id limit ${BATCH_SIZE}
    `);
    const ids = waiting.map((row) => row.user_id);
    const people = await lockPeople(tx, ids);
    const outcomes = new Map(ids.map((userId) => [userId, outcomeOf(change.kind, people.get(userId))]));
    await apply(tx, change, outcomes);
    const failed = await settle(tx, id, outcomes, people);
    const more = ids.length === BATCH_SIZE;
    await tx.rows(sql`
      update bulk_changes set reached = coalesce(${ids.at(-1) ?? null}::uuid, reached), done = done + ${ids.length - failed}, failed = failed + ${failed},
        state = ${more ? 'running' : 'done'}, touched_at = clock_timestamp(),
        finished_at = case when ${more} then null else clock_timestamp() end
      where organization_id = ${organizationId} and id = ${id}
    `);
    return { id, done: ids.length - failed, failed, more };
  },
});

/** In the order of their ids, before any group. */
async function lockPeople(tx: Work, ids: readonly string[]): Promise<Map<string, BulkPerson>> {
  const rows = await tx.rows(sql<BulkPerson>`
    select u.id, u.role, u.active, u.deactivated_by, u.erased_at is not null as erased, (
      select s.id from scim_connections s where s.organization_id = u.organization_id and s.id = u.connection_id
        and s.status = 'active') as connection_id
    from users u where u.organization_id = ${tx.context.organizationId} and u.id = any(${ids}::uuid[])
    order by u.id for update of u
  `);
  return new Map(rows.map((row) => [row.id, row]));
}

/** What changes, in as many statements for two hundred people as for one. A group that refuses turns them into failures. */
async function apply(tx: Work, change: BulkChange, outcomes: Map<string, BulkOutcome>): Promise<void> {
  const changing = [...outcomes].filter(([, outcome]) => outcome === 'change').map(([userId]) => userId);
  if (changing.length === 0) return;
  if (change.kind === 'assign') {
    const refused = await assign(tx, change, changing);
    if (refused) for (const userId of changing) outcomes.set(userId, refused);
    return;
  }
  const isEnd = change.kind === 'deactivate';
  if (isEnd) await endAccess(tx, changing);
  const sets = isEnd
    ? sql`active = false, deactivated_by = 'admin', ${WITHOUT_LICENSE}`
    : sql`active = true, ${RETURNS}`;
  await tx.rows(sql`
    update users set ${sets}, version = version + 1, updated_at = now()
    where organization_id = ${tx.context.organizationId} and id = any(${changing}::uuid[])
  `);
  await record(tx, change, isEnd ? 'user.deactivated' : 'user.reactivated', changing);
}

async function assign(tx: Work, change: BulkChange, people: string[]): Promise<BulkReason | undefined> {
  const groupId = change.group_id ?? '';
  try {
    const { change: accepted } = await changeOrdinaryMembers(tx, groupId, { add: people, remove: [] });
    if (accepted) await record(tx, change, 'group.membersAdded', [groupId], { ...accepted });
    return undefined;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    if (error.code === 'SCIM_MANAGED') return 'GROUP_SCIM_MANAGED';
    if (error.code === 'NOT_FOUND') return 'GROUP_GONE';
    throw error;
  }
}

/** The history names who asked for it, not the worker. */
const record = (tx: Work, change: BulkChange, action: string, targets: string[], details = {}) =>
  writeHistoryOfMany(tx, tx.context, {
    actor: { kind: change.requested_kind, id: change.requested_by },
    action,
    targets,
    details,
  });

/** Writes down why somebody was left as they are; how many were. */
async function settle(
  tx: Work,
  changeId: string,
  outcomes: ReadonlyMap<string, BulkOutcome>,
  people: ReadonlyMap<string, BulkPerson>,
): Promise<number> {
  const failed = [...outcomes].filter(([, outcome]) => outcome !== 'change' && outcome !== 'unchanged');
  const ofChange = sql`i.organization_id = ${tx.context.organizationId} and i.change_id = ${changeId}`;
  if (failed.length === 0) return 0;
  await tx.rows(sql`
    update bulk_change_items i set reason = r.reason, connection_id = r.connection_id
    from unnest(${failed.map(([userId]) => userId)}::uuid[], ${failed.map(([, reason]) => reason)}::text[],
      ${failed.map(([userId, reason]) => (reason === 'SCIM_MANAGED' ? (people.get(userId)?.connection_id ?? null) : null))}::uuid[])
      as r(user_id, reason, connection_id)
    where ${ofChange} and i.user_id = r.user_id
  `);
  return failed.length;
}
