import { sql } from 'kysely';
import { isIndexable } from '../kernel/fold.js';
import type { Work } from '../kernel/operation.js';
import { IDENTITY_KEYS, type IdentityAttribute, keyOf, type Wish } from './refused-wishes.js';
import type { UserChange, UserRecord } from './shapes.js';
import { toUserRecord, USER_COLUMNS, type UserRow } from './user-rows.js';

/**
 * What this change would take from somebody who has it at this moment. Looked up before writing, so that two people who
 * exchange their addresses at once are refused instead of waiting for each other; the constraint still decides.
 */
export async function heldByOthers(tx: Work, user: UserRecord, change: UserChange): Promise<Wish[]> {
  const wishes: Wish[] = [];
  for (const attribute of Object.keys(IDENTITY_KEYS) as IdentityAttribute[]) {
    const value = change[attribute];
    if (value === undefined || value === null || !isIndexable(value)) continue;
    const key = keyOf(attribute, value);
    // Another spelling of one's own takes nothing from anybody.
    if (user[attribute] !== null && keyOf(attribute, user[attribute]) === key) continue;
    const holder = await holderOf(tx, user.id, attribute, key);
    if (holder) wishes.push({ attribute, value, holder });
  }
  return wishes;
}

/** User names are one person's in the whole organization, the others among those who share a scope (migration 0009). */
async function holderOf(
  tx: Work,
  id: string,
  attribute: IdentityAttribute,
  key: string,
): Promise<UserRecord | undefined> {
  const { organizationId } = tx.context;
  const inScope =
    attribute === 'userName'
      ? sql``
      : sql`and u.identity_scope = (select me.identity_scope from users me
          where me.organization_id = ${organizationId} and me.id = ${id})`;
  const [row] = await tx.rows(sql<UserRow>`
    select ${USER_COLUMNS} from users u
    where u.organization_id = ${organizationId} and u.${sql.raw(IDENTITY_KEYS[attribute])} = ${key} ${inScope} and u.id <> ${id}
  `);
  return row && toUserRecord(row);
}
