import { sql } from 'kysely';
import { z } from 'zod';
import { DomainError } from '../kernel/errors.js';
import { isId, newId } from '../kernel/ids.js';
import type { Work } from '../kernel/operation.js';
import { compileFilter } from './filter/compile.js';
import { profileOf } from './profile.js';
import type { StopReason } from './requester.js';

/** A list of ids is what a screen or a script collected; more people than that are named by a filter. */
const MAX_BULK_IDS = 10_000;
/** They are written down while the caller waits. */
const MAX_BULK_PEOPLE = 100_000;
/** As many as one statement writes down well within its time, on a busy machine too. */
const CHUNK_SIZE = 20_000;

export const BULK_KINDS = ['deactivate', 'reactivate', 'assign'] as const;
export type BulkKind = (typeof BULK_KINDS)[number];

export const BULK_STATES = ['waiting', 'running', 'done', 'cancelled', 'stopped'] as const;
export type BulkState = (typeof BULK_STATES)[number];

/** A change of many people and how far it has come. `done` and `failed` never count anyone twice. */
export interface BulkChangeRecord {
  id: string;
  kind: BulkKind;
  /** The group of `assign`. */
  groupId: string | null;
  state: BulkState;
  /** Why it was stopped; null otherwise. */
  stopReason: StopReason | null;
  total: number;
  done: number;
  failed: number;
  createdAt: Date;
  finishedAt: Date | null;
}

/** The row behind it. Timestamps arrive as text. */
export type BulkChangeRow = Omit<BulkChangeRecord, 'createdAt' | 'finishedAt'> & {
  createdAt: string;
  finishedAt: string | null;
};

/** The columns of a BulkChangeRecord, of `bulk_changes r`. */
export const BULK_COLUMNS = sql`r.id, r.kind, r.group_id as "groupId", r.state, r.stop_reason as "stopReason", r.total, r.done, r.failed,
  r.created_at as "createdAt", r.finished_at as "finishedAt"`;

/** A row as queries return it. */
export const toBulkChange = (row: BulkChangeRow): BulkChangeRecord => ({
  ...row,
  createdAt: new Date(row.createdAt),
  finishedAt: row.finishedAt === null ? null : new Date(row.finishedAt),
});

/** Whom a change means: either some ids or everybody a SCIM filter finds at this moment. */
export const BulkSelection = z.object({
  userIds: z
    .array(z.string().refine(isId, 'is not an id'))
    .min(1)
    .max(MAX_BULK_IDS)
    .nullish()
    .transform((ids) => ids ?? undefined),
  filter: z
    .string()
    .min(1)
    .nullish()
    .transform((filter) => filter ?? undefined),
});
type BulkSelection = z.output<typeof BulkSelection>;

/**
 * Writes down what is asked for and of whom, and wakes the worker. Who is meant is decided now; what becomes of each, when
 * their turn comes. INVALID_INPUT unless exactly one of ids and filter is given, LIMIT_EXCEEDED for too many people.
 */
export async function startBulkChange(
  tx: Work,
  kind: BulkKind,
  { userIds, filter }: BulkSelection,
  groupId: string | null = null,
): Promise<BulkChangeRecord> {
  if ((userIds === undefined) === (filter === undefined)) {
    throw new DomainError('INVALID_INPUT', 'Say whom: either `userIds` or a `filter`.', { field: 'filter' });
  }
  const { organizationId, actor } = tx.context;
  const id = newId();
  await tx.rows(sql`
    insert into bulk_changes (organization_id, id, kind, group_id, requested_kind, requested_by)
    values (${organizationId}, ${id}, ${kind}, ${groupId}, ${actor.kind}, ${actor.id})
  `);
  const total = filter === undefined ? await meanIds(tx, id, userIds ?? []) : await meanFound(tx, id, filter);
  const [row] = await tx.rows(sql<BulkChangeRow>`
    update bulk_changes as r set total = ${total}
    where r.organization_id = ${organizationId} and r.id = ${id} returning ${BULK_COLUMNS}
  `);
  if (!row) throw new Error('A new bulk change vanished.');
  tx.emit({ topic: 'bulkChange.requested', ids: { bulkChangeId: id } });
  return toBulkChange(row);
}

async function meanIds(tx: Work, id: string, userIds: readonly string[]): Promise<number> {
  const rows = await tx.rows(sql`
    insert into bulk_change_items (organization_id, change_id, user_id)
    select distinct ${tx.context.organizationId}::uuid, ${id}::uuid, named.id from unnest(${userIds}::uuid[]) as named(id)
    returning user_id
  `);
  return rows.length;
}

interface Chunk {
  inserted: number;
  last: string | null;
}

/** Everybody the filter finds, in the order of their ids. */
async function meanFound(tx: Work, id: string, filter: string): Promise<number> {
  const { organizationId } = tx.context;
  const found = compileFilter(filter, 'User', profileOf(tx.context));
  let total = 0;
  for (let after: string | null = null, inserted = CHUNK_SIZE; inserted === CHUNK_SIZE; ) {
    const [chunk]: Chunk[] = await tx.rows(sql<Chunk>`
      with items as (
        insert into bulk_change_items (organization_id, change_id, user_id)
        select u.organization_id, ${id}::uuid, u.id from users u
        where u.organization_id = ${organizationId} and (${found}) ${after === null ? sql`` : sql`and u.id > ${after}`}
        order by u.id limit ${CHUNK_SIZE} returning user_id)
      select count(*)::int as inserted, (select user_id from items order by user_id desc limit 1) as last from items
    `);
    inserted = chunk?.inserted ?? 0;
    after = chunk?.last ?? null;
    total += inserted;
    if (total > MAX_BULK_PEOPLE) throw tooMany();
  }
  return total;
}

const tooMany = (): DomainError =>
  new DomainError(
    'LIMIT_EXCEEDED',
    `The filter finds more than ${MAX_BULK_PEOPLE} people. Narrow it and send several changes.`,
    { field: 'filter' },
  );
