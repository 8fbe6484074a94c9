import { sql } from 'kysely';
import { notFound } from '../kernel/errors.js';
import { isId } from '../kernel/ids.js';
import type { Work } from '../kernel/operation.js';
import type { UserRecord } from './shapes.js';
import { toUserRecord, USER_COLUMNS, type UserRow } from './user-rows.js';

/** The person, locked, whoever manages them: for what the product itself decides about people. NOT_FOUND for nobody. */
export async function lockUser(tx: Work, id: string): Promise<UserRecord> {
  const [row] = isId(id)
    ? await tx.rows(sql<UserRow>`
        select ${USER_COLUMNS} from users u where u.organization_id = ${tx.context.organizationId} and u.id = ${id}
        for update of u
      `)
    : [];
  if (!row) throw notFound('user', id);
  return toUserRecord(row);
}
