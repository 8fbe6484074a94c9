import { type RawBuilder, sql } from 'kysely';
import type { Context } from '../kernel/context.js';
import type { Work } from '../kernel/operation.js';
import {
  type IndexPage,
  type IndexResult,
  type KeysetPage,
  type KeysetResult,
  readCursor,
} from '../kernel/page.js';
import type { Transaction } from '../kernel/tenancy.js';
import type { StatementOptions } from '../kernel/transaction.js';
import type { Order } from './sort.js';

export interface List {
  columns: RawBuilder<unknown>;
  /** The table with its alias: `users u`. */
  from: RawBuilder<unknown>;
  where: RawBuilder<unknown>;
  /** The alias, whose `id` orders the list: ids are made in the order of time, so pages are stable. */
  alias: 'u' | 'g' | 'r';
  /** What comes before the id; ties keep the order of the ids. */
  order?: Order | undefined;
  /** What the caller looks for, where that needs no plan of its own: everything, or one row by a key. */
  finds?: 'everything' | 'one' | undefined;
}

/**
 * A page by index (B10). The total is a second statement in the same round trip, unless the page itself is likely
 * to show it.
 */
export async function indexPage<Row>(tx: Work, list: List, page: IndexPage): Promise<IndexResult<Row>> {
  if (list.finds === 'one') return pageOfFew(await everyRow<Row>(tx, list), page);
  const isFar = list.finds === 'everything' && page.startIndex > FAR;
  const statement = isFar ? farPage(tx.context, list, page) : pageOf(list, page);
  const reading = page.count === 0 ? [] : tx.rows(sql<Row>`${statement}`, planOf(list));
  const counting = list.finds === 'everything' ? count(tx, list) : undefined;
  const [rows, counted] = await Promise.all([reading, counting]);
  if (counted !== undefined) return { total: counted, rows };
  const isLast = rows.length > 0 && rows.length < page.count;
  const isWhole = page.startIndex === 1 && page.count > 0 && rows.length < page.count;
  const total = isLast || isWhole ? page.startIndex - 1 + rows.length : await count(tx, list);
  return { total, rows };
}

/** What needs no plan of its own; a page of everything takes its time all the same. */
const planOf = ({ finds }: List): StatementOptions => ({
  prepared: finds !== undefined,
  alone: finds === 'everything',
});

const pageOf = (list: List, { startIndex, count }: IndexPage): RawBuilder<unknown> =>
  sql`${inOrder(list)} limit ${count} offset ${startIndex - 1}`;

/** From here on it pays to read the rows of a page after its place was found. */
const FAR = 1_000;

/**
 * Whoever comes before the page is counted in the index alone: passing over their rows takes five times as long. What
 * the list shows was decided there; planned together with it, the ids are looked for among everybody.
 */
function farPage({ organizationId }: Context, list: List, page: IndexPage): RawBuilder<unknown> {
  const id = sql.ref(`${list.alias}.id`);
  const ids = pageOf({ ...list, columns: id }, page);
  const inOrganization = sql`${sql.ref(`${list.alias}.organization_id`)} = ${organizationId}`;
  return inOrder({ ...list, where: sql`${inOrganization} and ${id} = any(array(${ids}))` });
}

const inOrder = (list: List): RawBuilder<unknown> => sql`
  select ${list.columns} from ${list.from} where ${list.where} order by ${orderOf(list)}${sql.raw(`${list.alias}.id`)}`;

/**
 * For one row by a key the page is cut here: with LIMIT and OFFSET as parameters PostgreSQL takes the statement for dearer
 * than one planned for its values, and plans it for each request, which costs ten times what finding the row does.
 */
const everyRow = <Row>(tx: Transaction, list: List): Promise<Row[]> =>
  tx.rows(sql<Row>`${inOrder(list)}`, { prepared: true });

const pageOfFew = <Row>(rows: Row[], { startIndex, count }: IndexPage): IndexResult<Row> => ({
  total: rows.length,
  rows: rows.slice(startIndex - 1, startIndex - 1 + count),
});

/** RFC 7644 section 3.4.2.3: rows without a value come last, or first when descending. */
const orderOf = ({ order }: List): RawBuilder<unknown> =>
  order ? sql`${order.key} ${order.descending ? sql`desc nulls first` : sql`asc nulls last`}, ` : sql``;

/** A page by cursor; one row more than asked tells whether another page follows. */
export async function cursorPage<Row>(
  tx: Transaction,
  list: List,
  page: KeysetPage,
): Promise<KeysetResult<Row>> {
  const id = sql.raw(`${list.alias}.id`);
  const after = page.after ? sql`and ${id} > ${readCursor(page.after)}` : sql``;
  const rows = await tx.rows(sql<Row>`
    select ${list.columns} from ${list.from} where ${list.where} ${after} order by ${id} limit ${page.first + 1}
  `);
  return { rows: rows.slice(0, page.first), hasNextPage: rows.length > page.first };
}

/** How many rows a list has, by one statement that is served by the index of the list. */
export async function count(tx: Transaction, list: List): Promise<number> {
  const [row] = await tx.rows(
    sql<{ total: number }>`select count(*)::int as total from ${list.from} where ${list.where}`,
    planOf(list),
  );
  return row?.total ?? 0;
}
