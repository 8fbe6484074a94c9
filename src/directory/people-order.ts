import { type RawBuilder, sql } from 'kysely';
import { z } from 'zod';
import { DomainError } from '../kernel/errors.js';
import { isId } from '../kernel/ids.js';

/** What a list of people can be ordered by, and what it is compared as. */
const ORDERS = {
  created: { key: sql`u.id`, type: 'uuid' },
  name: { key: sql`u.sort_name`, type: 'text' },
  email: { key: sql`u.sort_email`, type: 'text' },
  updated: { key: sql`u.updated_at`, type: 'timestamptz' },
  lastSignedIn: { key: sql`coalesce(u.last_signed_in_at, '-infinity'::timestamptz)`, type: 'timestamptz' },
} as const;

export const PEOPLE_ORDERS = ['created', 'name', 'email', 'updated', 'lastSignedIn'] as const;

/** Ties keep the order of the ids; who never signed in comes before everybody else. */
export const PeopleOrder = z
  .object({ field: z.enum(PEOPLE_ORDERS), descending: z.boolean().nullish().transform(Boolean) })
  .nullish()
  .transform((order) => order ?? { field: 'created' as const, descending: false });
export type PeopleOrder = z.output<typeof PeopleOrder>;

/** What a page statement selects beside the row, so that a cursor can be made of it. */
export const orderKey = ({ field }: PeopleOrder): RawBuilder<unknown> => sql`(${ORDERS[field].key})::text`;

/** ORDER BY of a list of people; the id makes every order a total one. */
export const orderBy = ({ field, descending }: PeopleOrder): RawBuilder<unknown> => {
  const { key } = ORDERS[field];
  const way = descending ? sql`desc` : sql`asc`;
  return field === 'created' ? sql`u.id ${way}` : sql`${key} ${way}, u.id ${way}`;
};

/**
 * Where a row stands in this order. Of the default order it is the id alone; of another one the value too, because a
 * person may change between two pages and the list goes on from where they were.
 */
export const peopleCursor = (order: PeopleOrder, id: string, key: string): string => {
  const place =
    order.field === 'created' ? `id:${id}` : JSON.stringify([order.field, order.descending, key, id]);
  return Buffer.from(place).toString('base64url');
};

/** That a row comes after the cursor. INVALID_INPUT for a cursor of another order or of nobody's making. */
export function afterCursor(order: PeopleOrder, cursor: string): RawBuilder<unknown> {
  const { key, type } = ORDERS[order.field];
  const beyond = order.descending ? sql`<` : sql`>`;
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  if (order.field === 'created') {
    const id = text.startsWith('id:') ? text.slice(3) : '';
    if (!isId(id)) throw foreign(cursor);
    return sql`u.id ${beyond} ${id}::uuid`;
  }
  const place = partsOf(text);
  const isOurs = place?.[0] === order.field && place[1] === order.descending && isValue(place[2], type);
  if (!place || !isOurs || !isId(place[3])) throw foreign(cursor);
  return sql`(${key}, u.id) ${beyond} (${place[2]}::${sql.raw(type)}, ${place[3]}::uuid)`;
}

const MOMENT = /^(-infinity|\d{4,6}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?[+-]\d\d(:\d\d){0,2})$/;
const isValue = (value: string, type: string): boolean =>
  type === 'timestamptz' ? MOMENT.test(value) : !value.includes('\u0000') && value.isWellFormed();

function partsOf(text: string): [string, boolean, string, string] | undefined {
  try {
    const parts: unknown = JSON.parse(text);
    const isPlace =
      Array.isArray(parts) &&
      parts.length === 4 &&
      typeof parts[2] === 'string' &&
      typeof parts[3] === 'string';
    return isPlace ? (parts as [string, boolean, string, string]) : undefined;
  } catch {
    return undefined;
  }
}

const foreign = (cursor: string): DomainError =>
  new DomainError(
    'INVALID_INPUT',
    `'${cursor.slice(0, 40)}' is not a cursor of this list. Pass the endCursor of the page before, unchanged and with the same orderBy.`,
    { field: 'after' },
  );
