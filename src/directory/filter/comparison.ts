import { type RawBuilder, sql } from 'kysely';
import { fold } from '../../kernel/fold.js';
import { isId } from '../../kernel/ids.js';
import type { Attribute, Storage } from '../attributes.js';
import { DISPLAY_NAME } from '../display-name.js';
import type { Comparison } from './ast.js';
import type { Condition } from './condition.js';

type Text = RawBuilder<string>;

/** A string for LIKE that stands for itself; the backslash is PostgreSQL's default escape. */
export const escapeLike = (text: string): string => text.replaceAll(/[\\%_]/g, (char) => `\\${char}`);

/**
 * Letter case set aside where no folded key is stored. Both sides go through PostgreSQL, so that its lower-casing
 * never meets ours (they differ on dozens of code points); ICU's rules do not depend on how the database was made.
 */
export const folded = (text: Text): Text => sql<string>`lower(normalize(${text}, NFKC) collate "und-x-icu")`;

/** Strings are ordered by code point (`"C"`), the same on every database. */
const ordering: Readonly<Record<'gt' | 'ge' | 'lt' | 'le', RawBuilder<unknown>>> = {
  gt: sql`>`,
  ge: sql`>=`,
  lt: sql`<`,
  le: sql`<=`,
};

const patterns = {
  co: (text: string) => `%${text}%`,
  sw: (text: string) => `${text}%`,
  ew: (text: string) => `%${text}`,
} as const;

/** `column operator value` for text; `parameter` is applied to whatever the value becomes. */
function compareText(
  column: Text,
  operator: Comparison,
  value: string,
  parameter: (value: string) => Text,
): Condition {
  switch (operator) {
    case 'eq':
      return sql<boolean>`${column} = ${parameter(value)}`;
    case 'ne':
      return sql<boolean>`${column} is distinct from ${parameter(value)}`;
    case 'co':
    case 'sw':
    case 'ew':
      return sql<boolean>`${column} like ${parameter(patterns[operator](escapeLike(value)))}`;
    default:
      return sql<boolean>`${column} collate "C" ${ordering[operator]} ${parameter(value)} collate "C"`;
  }
}

const plain = (value: string): Text => sql<string>`${value}`;

/** The value as text, for everything that is not a column with a type of its own. */
export function textOf(attribute: Attribute): Text | undefined {
  const { storage } = attribute;
  if (storage.in === 'column') return sql.ref<string>(storage.column);
  if (storage.in === 'id') return sql<string>`${sql.ref(storage.column)}::text`;
  if (storage.in === 'version') return sql<string>`('W/"' || ${sql.ref(storage.column)} || '"')`;
  if (storage.in === 'person') {
    return sql<string>`(select ${DISPLAY_NAME} from users u
      where u.organization_id = m.organization_id and u.id = m.user_id)`;
  }
  if (storage.in === 'element') return sql<string>`(e.value ->> ${sql.lit(storage.name)})`;
  if (storage.in === 'document') {
    return sql<string>`(${sql.ref(storage.column)} #>> ${sql.lit(`{${storage.path.join(',')}}`)})`;
  }
  return undefined;
}

/** What a constant answers; the same rules as in SQL. */
function compareConstant(constant: string, operator: Comparison, value: string): boolean {
  const answers: Record<Comparison, () => boolean> = {
    eq: () => constant === value,
    ne: () => constant !== value,
    co: () => constant.includes(value),
    sw: () => constant.startsWith(value),
    ew: () => constant.endsWith(value),
    gt: () => constant > value,
    ge: () => constant >= value,
    lt: () => constant < value,
    le: () => constant <= value,
  };
  return answers[operator]();
}

/** A string or reference attribute against text. */
export function compareString(attribute: Attribute, operator: Comparison, value: string): Condition {
  const { storage, caseExact } = attribute;
  if (storage.in === 'constant') {
    const constant = String(storage.value);
    if (caseExact) return compareConstant(constant, operator, value);
    return compareConstant(fold(constant), operator, fold(value));
  }
  if (storage.in === 'id' && (operator === 'eq' || operator === 'ne')) {
    // Text that is no id names nothing; PostgreSQL would answer the cast with an error.
    if (!isId(value)) return operator === 'ne';
    return sql<boolean>`${sql.ref(storage.column)} ${operator === 'eq' ? sql`=` : sql`<>`} ${value}::uuid`;
  }
  const column = textOf(attribute);
  if (column === undefined) return false;
  if (caseExact) return compareText(column, operator, value, plain);
  if (storage.in === 'column' && storage.key) {
    return compareText(sql.ref<string>(storage.key), operator, fold(value), plain);
  }
  // NFKC can turn a wide '％' into a wildcard, so it happens before the pattern is escaped.
  return compareText(folded(column), operator, value.normalize('NFKC'), (text) => folded(plain(text)));
}

/** The URI of a resource against text; it begins with `baseUrl`, the `https://<host>/scim/v2` of whoever asks. */
export function compareAddress(
  { endpoint, column }: Extract<Storage, { in: 'address' }>,
  operator: Comparison,
  value: string,
  baseUrl: string,
): Condition {
  const before = `${baseUrl}${endpoint}/`;
  const id = sql.ref<string>(column);
  if (operator !== 'eq' && operator !== 'ne') {
    return compareText(sql<string>`(${before}::text || ${id})`, operator, value, plain);
  }
  const wanted = value.startsWith(before) ? value.slice(before.length) : '';
  if (!isId(wanted)) return operator === 'ne';
  return sql<boolean>`${id} ${operator === 'eq' ? sql`=` : sql`<>`} ${wanted}::uuid`;
}

/** A boolean attribute; the caller has made sure that the operator is `eq` or `ne`. */
export function compareBoolean(attribute: Attribute, operator: 'eq' | 'ne', value: boolean): Condition {
  const { storage } = attribute;
  if (storage.in === 'constant') return (storage.value === value) === (operator === 'eq');
  if (storage.in === 'column') {
    return operator === 'eq'
      ? sql<boolean>`${sql.ref(storage.column)} = ${value}`
      : sql<boolean>`${sql.ref(storage.column)} is distinct from ${value}`;
  }
  const text = textOf(attribute);
  return text === undefined ? false : compareText(text, operator, String(value), plain);
}

/** The operators that order; a moment has no beginning or end to search in. */
export type MomentComparison = Exclude<Comparison, 'co' | 'sw' | 'ew'>;

/**
 * A timestamp column against a moment in milliseconds, the precision `meta` is shown with: the column keeps
 * microseconds, and a filter made from a value that was read must find it. The column stays bare, for its index.
 */
export function compareMoment(column: string, operator: MomentComparison, moment: Date): Condition {
  const at = sql.ref(column);
  const begin = sql`${moment.toISOString()}::timestamptz`;
  const end = sql`${begin} + interval '1 millisecond'`;
  const answers: Record<MomentComparison, () => RawBuilder<boolean>> = {
    eq: () => sql<boolean>`(${at} >= ${begin} and ${at} < ${end})`,
    ne: () => sql<boolean>`(${at} < ${begin} or ${at} >= ${end})`,
    gt: () => sql<boolean>`${at} >= ${end}`,
    ge: () => sql<boolean>`${at} >= ${begin}`,
    lt: () => sql<boolean>`${at} < ${begin}`,
    le: () => sql<boolean>`${at} < ${end}`,
  };
  return answers[operator]();
}

const presentText = (text: Text): Condition => sql<boolean>`${text} <> ''`;

/** `pr`: there is a value, and it is not the empty string (RFC 7644 section 3.4.2.2). */
export function isPresent(attribute: Attribute): Condition {
  const { storage, type } = attribute;
  if (storage.in === 'constant' || storage.in === 'address' || storage.in === 'version') return true;
  if (storage.in === 'nowhere') return false;
  if (storage.in === 'id') return sql<boolean>`${sql.ref(storage.column)} is not null`;
  if (storage.in === 'column' && type !== 'string' && type !== 'reference') {
    return sql<boolean>`${sql.ref(storage.column)} is not null`;
  }
  const text = textOf(attribute);
  return text === undefined ? false : presentText(text);
}
