import { type RawBuilder, sql } from 'kysely';
import { fold, isIndexable } from '../../kernel/fold.js';
import type { Attribute, StandIn } from '../attributes.js';
import { type Condition, connect } from './condition.js';

/** The members a provider sees: what it asked for, applied or not yet (architecture.md, accepted then applied). */
const SEEN = sql`m.state in ('adding', 'active')`;

/** Which memberships whoever asks may hear of: what is not shown must not be found either (B11, B24). */
export interface Seen {
  /** Of the group `mg` that a person is in. */
  readonly group: Condition;
  /** Of the person `m.user_id` who is in a group. */
  readonly member: Condition;
}

/** The product itself may hear of all of them. */
export const ALL_SEEN: Seen = { group: true, member: true };

const andAlso = (condition: Condition): RawBuilder<unknown> =>
  condition === true ? sql`` : sql` and ${condition}`;

/**
 * The elements of a multi-valued attribute as `... where ...` for a query of their own: in each the columns that the
 * sub-attributes name. Undefined for a list that is kept in the row itself.
 */
export function elementRows({ storage }: Attribute, seen: Seen): RawBuilder<unknown> | undefined {
  switch (storage.in) {
    case 'members':
      return sql`memberships as m
        where m.organization_id = g.organization_id and m.group_id = g.id and ${SEEN}${andAlso(seen.member)}`;
    case 'groups':
      return sql`memberships as m
        join groups as mg on mg.organization_id = m.organization_id and mg.id = m.group_id
        where m.organization_id = u.organization_id and m.user_id = u.id and ${SEEN}${andAlso(seen.group)}`;
    case 'document': {
      const list = sql`${sql.ref(storage.column)} #> ${sql.lit(`{${storage.path.join(',')}}`)}`;
      const absent = storage.standIn ? standIn(storage.standIn) : sql`'[]'`;
      return sql`jsonb_array_elements(
          case jsonb_typeof(${list}) when 'array' then ${list} else ${absent} end) with ordinality as e (value, place)
        where true`;
    }
    default:
      return undefined;
  }
}

/** The list of one that a column stands for, or an empty one. */
function standIn({ column, beside }: StandIn): RawBuilder<unknown> {
  const value = sql.ref(column);
  const rest = sql.lit(JSON.stringify(beside));
  return sql`case when ${value} is null then '[]'::jsonb
    else jsonb_build_array(jsonb_build_object('value', ${value}) || ${rest}::jsonb) end`;
}

/**
 * Narrows a list of a document by the index of its values, where there is one, to the people of whom some element can
 * meet `value eq "..."`; `true` where nothing is known. Whoever meets the condition itself passes.
 */
export function someKey({ storage }: Attribute, value: string): Condition {
  if (storage.in !== 'element' || !storage.keys || !isIndexable(value)) return true;
  return sql<boolean>`exists (
    select 1 from (select organization_id, id, email_key from users
      union all select organization_id, user_id, email_key from user_email_keys) as k
    where k.organization_id = u.organization_id and k.id = u.id and k.email_key = ${fold(value)})`;
}

/** Some element of a multi-valued attribute meets the condition; `true` asks for any element at all. */
export function someElement(attribute: Attribute, condition: Condition, seen: Seen): Condition {
  const { storage } = attribute;
  if (storage.in === 'row') {
    return connect('and', [sql<boolean>`${sql.ref(storage.column)} is not null`, condition]);
  }
  const rows = elementRows(attribute, seen);
  if (!rows || condition === false) return false;
  return sql<boolean>`exists (select 1 from ${rows}${andAlso(condition)})`;
}
