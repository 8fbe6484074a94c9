import { type RawBuilder, sql } from 'kysely';
import { DomainError } from '../kernel/errors.js';
import type { Attribute, ResourceTable } from './attributes.js';
import { folded, textOf } from './filter/comparison.js';
import { elementRows, type Seen } from './filter/elements.js';
import { shown } from './filter/refusal.js';
import { type FoundAttribute, findAttribute } from './find-attribute.js';

/** `sortBy` and `sortOrder` as a client sent them (RFC 7644 section 3.4.2.3). */
export interface SortRequest {
  by: string;
  descending: boolean;
}

/** PostgreSQL's name for what a list is ordered by; a cursor carries the value as text and casts it back. */
export type SortType = 'text' | 'boolean' | 'timestamptz' | 'uuid';

/** What orders a list before its id does. Rows without a value come last, or first when descending. */
export interface Order {
  key: RawBuilder<unknown>;
  type: SortType;
  descending: boolean;
}

/** No value is longer; a cursor that carries one still fits into a URL. */
const MAX_KEY_CHARACTERS = 256;

const invalid = (sentence: string): DomainError =>
  new DomainError('INVALID_INPUT', `'sortBy' cannot be used: ${sentence}.`, {
    field: 'sortBy',
    scimType: 'invalidValue',
  });

/**
 * What orders the rows of one resource: letter case set aside unless the attribute is caseExact, by code point like the
 * comparisons of a filter; of a list the primary value, else the first. Throws INVALID_INPUT (`invalidValue`) for a
 * name the resource does not have and for what has no value of its own.
 */
export function compileSort({ by, descending }: SortRequest, table: ResourceTable, seen: Seen): Order {
  const found = findAttribute(table, by);
  if (!found) throw invalid(`${table.name} has no attribute ${shown(by)}; /Schemas lists what there is`);
  return { ...keyOf(found, table, seen), descending };
}

/**
 * The same for a search over several resources: one order for each table. A resource without the attribute has no value
 * there (RFC 7644 section 3.4.2.1); a name that none of them has is refused.
 */
export function compileSharedSort(
  request: SortRequest,
  tables: readonly ResourceTable[],
  seen: Seen,
): Order[] {
  const known = tables.map((table) => findAttribute(table, request.by) && compileSort(request, table, seen));
  const types = new Set(known.flatMap((order) => (order ? [order.type] : [])));
  if (types.size === 0) throw invalid(`no resource has an attribute ${shown(request.by)}`);
  const [only] = types;
  const type = types.size === 1 && only ? only : 'text';
  return known.map((order) => ({
    key: sql`(${order ? order.key : sql`null`})::${sql.raw(type)}`,
    type,
    descending: request.descending,
  }));
}

function keyOf(
  { attribute, parent, path }: FoundAttribute,
  table: ResourceTable,
  seen: Seen,
): Omit<Order, 'descending'> {
  if (attribute.type === 'complex') {
    const value = attribute.multiValued ? findAttribute(table, `${path}.value`) : undefined;
    if (value) return keyOf(value, table, seen);
    const parts = attribute.subAttributes?.map((part) => `${path}.${part.name}`).join(', ');
    throw invalid(`${path} has no value of its own; sort by one of ${parts}`);
  }
  const { key, type } = ownKey(attribute, path);
  const list = parent?.multiValued ? parent : attribute.multiValued ? attribute : undefined;
  return { key: list ? firstOf(list, key, seen) : key, type };
}

function ownKey(attribute: Attribute, path: string): Omit<Order, 'descending'> {
  const { storage, type } = attribute;
  if (storage.in === 'id') return { key: sql.ref(storage.column), type: 'uuid' };
  if (storage.in === 'column' && type === 'boolean') return { key: sql.ref(storage.column), type: 'boolean' };
  if (storage.in === 'column' && type === 'dateTime') {
    return { key: sql.ref(storage.column), type: 'timestamptz' };
  }
  if (storage.in === 'constant') return { key: sql`${String(storage.value)}::text`, type: 'text' };
  const text = textOf(attribute);
  if (!text) throw invalid(`${path} is written into each answer and orders nothing`);
  const key = storage.in === 'column' && storage.key ? sql.ref<string>(storage.key) : text;
  const compared = attribute.caseExact || key !== text ? key : folded(text);
  const short = storage.in === 'column' ? compared : sql`left(${compared}, ${sql.lit(MAX_KEY_CHARACTERS)})`;
  return { key: sql`(${short}) collate "C"`, type: 'text' };
}

/** The value of one element: the primary one, else the first that was stored. */
function firstOf(list: Attribute, key: RawBuilder<unknown>, seen: Seen): RawBuilder<unknown> {
  const rows = elementRows(list, seen);
  if (!rows) return key;
  const { storage } = list;
  const order =
    storage.in === 'document'
      ? sql`(e.value ->> 'primary') is not distinct from 'true' desc, e.place`
      : storage.in === 'members'
        ? sql`m.user_id`
        : sql`m.group_id`;
  return sql`(select ${key} from ${rows} order by ${order} limit 1)`;
}
