import { type RawBuilder, sql } from 'kysely';
import { z } from 'zod';
import { DomainError } from '../kernel/errors.js';
import type { Work } from '../kernel/operation.js';
import { IndexPage, type IndexResult, SCIM_DEFAULT_COUNT, SCIM_MAX_COUNT } from '../kernel/page.js';
import { type CursorPosition, type CursorSeal, openCursor, sealCursor } from './page-cursor.js';
import { count, indexPage, type List } from './pages.js';
import type { SortType } from './sort.js';

/** A page by cursor (RFC 9865): empty for the first one. Without `count` the page size of the cursor goes on. */
const CursorPage = z.object({
  cursor: z.string(),
  count: z.int().min(0).max(SCIM_MAX_COUNT).optional(),
});
type CursorPage = z.output<typeof CursorPage>;

/** Either way a SCIM client pages. */
export const ScimPage = z.union([CursorPage, IndexPage]);
export type ScimPage = z.output<typeof ScimPage>;

/** What a client sorts by, in SCIM's own names; whether there is such an attribute is for `compileSort` to say. */
export const SortInput = z.object({ by: z.string(), descending: z.boolean() }).optional();

export interface ScimPageResult<Row> extends IndexResult<Row> {
  /** Absent on the last page, and on every page by index. */
  nextCursor?: string | undefined;
  /** Absent on the first page. */
  previousCursor?: string | undefined;
}

/** What of a query must be the same on every page of it. */
export interface QueryIdentity {
  resource: string;
  filter?: string | null | undefined;
  sort?: { by: string; descending: boolean } | undefined;
}

interface Keyed {
  id: string;
  sort_key: string | null;
}

/**
 * A page of a list, by index or by cursor. A cursor names the row it was made at, so that rows created or deleted
 * elsewhere neither repeat nor hide another, and every page costs the same. Throws INVALID_INPUT with `invalidCursor`,
 * `expiredCursor` or `invalidCount` (RFC 9865 section 2.1).
 */
export async function scimPage<Row extends { id: string }>(
  tx: Work,
  list: List,
  page: ScimPage,
  identity: QueryIdentity,
): Promise<ScimPageResult<Row>> {
  if (!('cursor' in page)) return indexPage<Row>(tx, list, page);
  const { seal, now } = await sealOf(tx, identity);
  const at = page.cursor === '' ? undefined : openCursor(page.cursor, seal, now);
  const size = sizeOf(page, at);
  const cursorAt = (direction: CursorPosition['direction'], row: Keyed | undefined): string | undefined =>
    row && sealCursor({ direction, id: row.id, key: row.sort_key, count: size, issuedAt: now }, seal);

  const { rows, hasMore } = await read<Row>(tx, list, at, size);
  if (at?.direction === 'previous' && rows.length === 0) {
    // Everything before the page was deleted meanwhile: the page itself is the first one now.
    return scimPage(tx, list, { cursor: '', count: size }, identity);
  }
  const backward = at?.direction === 'previous';
  if (backward) rows.reverse();
  const isWhole = !at && !hasMore && size > 0;
  return {
    total: isWhole ? rows.length : await count(tx, list),
    rows,
    nextCursor: hasMore || backward ? cursorAt('next', rows.at(-1)) : undefined,
    previousCursor: at && (hasMore || !backward) ? cursorAt('previous', rows[0]) : undefined,
  };
}

/** RFC 9865 section 2.1: the page size must be that of the first page. */
function sizeOf(page: CursorPage, at: CursorPosition | undefined): number {
  if (!at) return page.count ?? SCIM_DEFAULT_COUNT;
  if (page.count === undefined || page.count === at.count) return at.count;
  throw new DomainError(
    'INVALID_INPUT',
    `'count' is ${page.count}, but the first page of this query had ${at.count}. Keep it, or start again with an empty cursor.`,
    { field: 'count', scimType: 'invalidCount' },
  );
}

async function sealOf(
  tx: Work,
  { resource, filter, sort }: QueryIdentity,
): Promise<{ seal: CursorSeal; now: number }> {
  const { actor, organizationId } = tx.context;
  const [row] = await tx.rows(sql<{ cursor_key: Buffer; now: number }>`
    select cursor_key, extract(epoch from now())::int as now from scim_connections
    where organization_id = ${organizationId} and id = ${actor.kind === 'connection' ? actor.id : null}
  `);
  if (!row) throw new Error('Only a SCIM connection pages by a sealed cursor.');
  const query = [organizationId, actor.id, resource, filter ?? '', sort?.by.toLowerCase(), sort?.descending];
  return { seal: { key: row.cursor_key, query }, now: row.now };
}

/** The rows after a position, or those before it in reverse; one more than asked tells whether others follow. */
async function read<Row extends { id: string }>(
  tx: Work,
  list: List,
  at: CursorPosition | undefined,
  size: number,
): Promise<{ rows: (Row & Keyed)[]; hasMore: boolean }> {
  if (size === 0) return { rows: [], hasMore: false };
  const id = sql.ref(`${list.alias}.id`);
  const forward = at?.direction !== 'previous';
  const idOrder = forward ? sql`${id}` : sql`${id} desc`;
  const { order } = list;
  // A missing value counts as the largest one: last when keys rise, first when they fall.
  const rising = order?.descending !== forward;
  const key = order ? sql`(${order.key})::text` : sql`null::text`;
  const keyOrder = order && sql`${order.key} ${rising ? sql`asc nulls last` : sql`desc nulls first`}, `;
  const beyond = at ? sql`and ${isBeyond(list, at, id, { forward, rising })}` : sql``;
  const rows = await tx.rows(sql<Row & Keyed>`
    select ${list.columns}, ${key} as sort_key from ${list.from} where ${list.where} ${beyond}
    order by ${keyOrder ?? sql``}${idOrder} limit ${size + 1}
  `);
  return { rows: rows.slice(0, size), hasMore: rows.length > size };
}

const CASTS: Readonly<Record<SortType, (text: string) => RawBuilder<unknown>>> = {
  text: (text) => sql`${text}::text`,
  boolean: (text) => sql`${text}::boolean`,
  timestamptz: (text) => sql`${text}::timestamptz`,
  uuid: (text) => sql`${text}::uuid`,
};

function isBeyond(
  { order }: List,
  at: CursorPosition,
  id: RawBuilder<unknown>,
  { forward, rising }: { forward: boolean; rising: boolean },
): RawBuilder<unknown> {
  const byId = forward ? sql`${id} > ${at.id}::uuid` : sql`${id} < ${at.id}::uuid`;
  if (!order) return byId;
  const { key } = order;
  if (at.key === null) {
    const tied = sql`${key} is null and ${byId}`;
    return rising ? sql`(${tied})` : sql`(${key} is not null or ${tied})`;
  }
  const value = CASTS[order.type](at.key);
  const tied = sql`${key} = ${value} and ${byId}`;
  return rising ? sql`(${key} > ${value} or ${key} is null or ${tied})` : sql`(${key} < ${value} or ${tied})`;
}
