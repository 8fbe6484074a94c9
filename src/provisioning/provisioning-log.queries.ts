import { type RawBuilder, sql } from 'kysely';
import { z } from 'zod';
import { isStorableText } from '../kernel/fold.js';
import { isId } from '../kernel/ids.js';
import { query } from '../kernel/operation.js';
import { KeysetPage, type KeysetResult, readCursor } from '../kernel/page.js';
import { type Dialect, OUTCOMES } from './log-entry.js';
import { boundAt } from './log-id.js';
import { LOG_COLUMNS, type LogRecord, type LogRow, toLogRecord } from './log-rows.js';

const permission = 'connection:read';

const text = z.string().max(100).refine(isStorableText, 'must not contain NUL or broken Unicode').nullish();

/** Which requests; what is absent restricts nothing. An id that is no id finds nothing. */
const LogFilter = z.object({
  connectionId: text,
  outcome: z.enum(OUTCOMES).nullish(),
  targetId: text,
  requestId: text,
  /** Inclusive. */
  from: z.date().nullish(),
  /** Exclusive. */
  to: z.date().nullish(),
});
type LogFilter = z.output<typeof LogFilter>;

const filter = LogFilter.nullish();

/**
 * The requests of the organization's identity providers, newest first. The cursor is the id, which is a time, so a page
 * costs the same at any depth and in any month.
 */
export const provisioningLog = query({
  permission,
  input: z.object({ filter, page: KeysetPage.prefault({}) }),
  async run(tx, input): Promise<KeysetResult<LogRecord>> {
    const { first, after } = input.page;
    const where = matching(tx.context.organizationId, input.filter);
    const older = after ? sql`and l.id < ${readCursor(after)}` : sql``;
    const rows = await tx.rows(sql<LogRow>`
      select ${LOG_COLUMNS} from provisioning_log l where ${where} ${older} order by l.id desc limit ${first + 1}
    `);
    return { rows: rows.slice(0, first).map(toLogRecord), hasNextPage: rows.length > first };
  },
});

/** How many requests a filter finds. */
export const provisioningLogCount = query({
  permission,
  input: z.object({ filter }),
  async run(tx, input): Promise<number> {
    const where = matching(tx.context.organizationId, input.filter);
    const [row] = await tx.rows(sql<{ total: number }>`
      select count(*)::int as total from provisioning_log l where ${where}
    `);
    return row?.total ?? 0;
  },
});

/** The id carries the time of the process, `at` the database's: whole months are left out with room for their difference. */
const SKEW_MS = 24 * 60 * 60 * 1000;

function matching(organizationId: string, wanted: LogFilter | null | undefined): RawBuilder<unknown> {
  const conditions = [sql`l.organization_id = ${organizationId}`];
  const { connectionId, outcome, targetId, requestId, from, to } = wanted ?? {};
  for (const id of [connectionId, targetId]) if (id && !isId(id)) conditions.push(sql`false`);
  if (connectionId && isId(connectionId)) conditions.push(sql`l.connection_id = ${connectionId}`);
  if (targetId && isId(targetId)) conditions.push(sql`l.target_id = ${targetId}`);
  if (requestId) conditions.push(sql`l.request_id = ${requestId}`);
  if (outcome) conditions.push(sql`l.outcome = ${sql.lit(outcome)}`);
  if (from) conditions.push(sql`l.at >= ${from} and l.id >= ${boundAt(from.getTime() - SKEW_MS)}`);
  if (to) conditions.push(sql`l.at < ${to} and l.id < ${boundAt(to.getTime() + SKEW_MS)}`);
  return sql.join(conditions, sql` and `);
}

/** What an administrator wants to know of a connection at a glance. */
export interface LatestRequests {
  last: LogRecord | undefined;
  lastRefused: LogRecord | undefined;
  dialect: Dialect | undefined;
}

/** As many connections as one list shows. */
const MAX_CONNECTIONS = 100;
/** A look-up can be anybody's, and both of Entra's dialects part in a PATCH only: somewhere in this many requests the identity provider shows its manners. */
const DIALECT_LOOKBACK = 500;

/** The newest request, the newest refusal or failure and the dialect of some connections. */
export const latestRequests = query({
  permission,
  input: z.object({ connectionIds: z.array(z.uuid()).max(MAX_CONNECTIONS) }),
  async run(tx, { connectionIds }): Promise<Map<string, LatestRequests>> {
    const newest = (condition: RawBuilder<unknown>) => sql<LogRow>`
      select p.* from unnest(${connectionIds}::uuid[]) as c(id) cross join lateral (
        select ${LOG_COLUMNS} from provisioning_log l
        where l.organization_id = ${tx.context.organizationId} and l.connection_id = c.id ${condition}
        order by l.id desc limit 1) p`;
    const last = await tx.rows(newest(sql``));
    const refused = await tx.rows(newest(sql`and l.outcome in ('refused', 'failed')`));
    const spoken = await tx.rows(sql<{ id: string; dialect: Dialect }>`
      select c.id, p.dialect from unnest(${connectionIds}::uuid[]) as c(id) cross join lateral (
        select n.dialect from (
          select l.id, l.dialect, l.method from provisioning_log l
          where l.organization_id = ${tx.context.organizationId} and l.connection_id = c.id
          order by l.id desc limit ${DIALECT_LOOKBACK}) n
        order by n.dialect = 'other', n.dialect = 'entra-legacy' and n.method <> 'PATCH', n.id desc limit 1) p
    `);
    const find = (rows: LogRow[], id: string) => {
      const row = rows.find((one) => one.connection_id === id);
      return row && toLogRecord(row);
    };
    return new Map(
      connectionIds.map((id) => [
        id,
        {
          last: find(last, id),
          lastRefused: find(refused, id),
          dialect: spoken.find((row) => row.id === id)?.dialect,
        },
      ]),
    );
  },
});
