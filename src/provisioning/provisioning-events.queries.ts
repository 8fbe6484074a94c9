import { type RawBuilder, sql } from 'kysely';
import { z } from 'zod';
import { notFound } from '../kernel/errors.js';
import { isId } from '../kernel/ids.js';
import { query } from '../kernel/operation.js';
import { OUTCOMES } from './log-entry.js';
import { type LogPosition, notOurs, toLogCursor } from './log-position.js';
import { LOG_COLUMNS, type LogRecord, type LogRow, toLogRecord } from './log-rows.js';

const permission = 'connection:read';

/** Rows of one read: a page that a slow reader keeps in memory, and no more. */
export const EVENTS_PAGE = 100;

/**
 * An id carries the time it was made, and a row is written this much later at most: the batches of the log wait while
 * PostgreSQL is away. It lets PostgreSQL leave out the months before.
 */
const WRITTEN_WITHIN_MS = 24 * 60 * 60 * 1000;

/** Rows whose transaction ended before every one that is still open: nothing can appear among them any more. */
const SETTLED = sql`l.written_by < pg_snapshot_xmin(pg_current_snapshot())`;

const Position = z.object({ writtenBy: z.string(), id: z.string() });

/** The end of the log as of now: where a stream begins that was given no cursor, and how far the others may read. */
export const provisioningLogEnd = query({
  permission,
  input: z.object({}),
  async run(tx): Promise<{ now: LogPosition; newest: LogPosition | undefined }> {
    const since = timeBound(Date.now() - WRITTEN_WITHIN_MS);
    const [end] = await tx.rows(sql<{ xmin: string }>`
      select pg_snapshot_xmin(pg_current_snapshot())::text as xmin
    `);
    const [row] = await tx.rows(sql<PositionRow>`
      select l.written_by::text as written_by, l.id from provisioning_log l
      where l.organization_id = ${tx.context.organizationId} and ${SETTLED} and l.id >= ${since}
      order by l.written_by desc, l.id desc limit 1
    `);
    return { now: { writtenBy: end?.xmin ?? '0', id: since }, newest: row && toPosition(row) };
  },
});

/**
 * What became visible after one place and up to another, in that order, EVENTS_PAGE at a time: every request of the log
 * exactly once, however its transactions overlapped. INVALID_INPUT for a place that this database never had.
 */
export const provisioningEvents = query({
  permission,
  input: z.object({
    after: Position,
    upTo: Position,
    connectionId: z.string().nullish(),
    outcome: z.enum(OUTCOMES).nullish(),
  }),
  async run(
    tx,
    { after, upTo, connectionId, outcome },
  ): Promise<{ position: LogPosition; row: LogRecord }[]> {
    const rows = await tx.rows(sql<LogRow & PositionRow>`
      select ${LOG_COLUMNS}, l.written_by::text as written_by from provisioning_log l
      where l.organization_id = ${tx.context.organizationId}
        and (l.written_by, l.id) > (${after.writtenBy}::xid8, ${after.id}::uuid)
        and (l.written_by, l.id) <= (${upTo.writtenBy}::xid8, ${upTo.id}::uuid)
        and ${SETTLED} and l.id >= ${timeBound(timeOf(after.id) - WRITTEN_WITHIN_MS)}
        ${matching(connectionId, outcome)}
      order by l.written_by, l.id limit ${EVENTS_PAGE}
    `);
    return rows.map((row) => ({ position: toPosition(row), row: toLogRecord(row) }));
  },
});

/** One request of the log. NOT_FOUND for an unknown id. */
export const provisioningRequest = query({
  permission,
  input: z.object({ id: z.string() }),
  async run(tx, { id }): Promise<LogRecord> {
    const [row] = isId(id)
      ? await tx.rows(sql<LogRow>`
          select ${LOG_COLUMNS} from provisioning_log l
          where l.organization_id = ${tx.context.organizationId} and l.id = ${id}
        `)
      : [];
    if (!row) throw notFound('provisioning request', id);
    return toLogRecord(row);
  },
});

/** INVALID_INPUT for a place beyond the end: its cursor is of another database. */
export function requireReached(after: LogPosition, now: LogPosition): void {
  if (BigInt(after.writtenBy) > BigInt(now.writtenBy)) throw notOurs(toLogCursor(after));
}

interface PositionRow {
  written_by: string;
  id: string;
}

const toPosition = (row: PositionRow): LogPosition => ({ writtenBy: row.written_by, id: row.id });

function matching(
  connectionId: string | null | undefined,
  outcome: string | null | undefined,
): RawBuilder<unknown> {
  const connection = connectionId ? sql`and l.connection_id = ${connectionId}` : sql``;
  return outcome ? sql`${connection} and l.outcome = ${sql.lit(outcome)}` : connection;
}

/** The milliseconds at the front of a UUIDv7. */
const timeOf = (id: string): number => Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);

/** The smallest UUIDv7 of a moment. */
function timeBound(milliseconds: number): string {
  const hex = Math.max(0, Math.round(milliseconds)).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-0000-0000-000000000000`;
}
