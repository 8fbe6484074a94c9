import { sql } from 'kysely';
import { z } from 'zod';
import { command } from '../kernel/operation.js';
import { lockOrdinaryUser } from './ordinary.js';
import { ExpectedVersion, requireVersion } from './provisioned-user.js';
import type { UserRecord } from './shapes.js';
import { userAttributeSchemas } from './user-input.js';
import { toUserRecord, USER_COLUMNS, type UserRow } from './user-rows.js';

const { givenName, familyName, title } = userAttributeSchemas;

/**
 * Changes the name and title of an ordinary person; what is absent stays, null clears. SCIM_MANAGED for someone a
 * connection manages (B32), PRECONDITION_FAILED for another version than the expected one.
 */
export const updateUser = command({
  permission: 'user:write',
  input: z.object({
    id: z.string(),
    expectedVersion: ExpectedVersion,
    givenName: givenName.optional(),
    familyName: familyName.optional(),
    title: title.optional(),
  }),
  audit: ({ id: _id, expectedVersion: _version, ...change }, user: UserRecord) => ({
    action: 'user.updated',
    target: user.id,
    details: { changed: Object.keys(change) },
  }),
  async run(tx, { id, expectedVersion, ...change }) {
    const current = await lockOrdinaryUser(tx, id);
    requireVersion(current, expectedVersion);
    const { givenName, familyName, title } = { ...current, ...change };
    const [row] = await tx.rows(sql<UserRow>`
      update users as u set given_name = ${givenName}, family_name = ${familyName}, title = ${title},
        version = version + 1, updated_at = now()
      where organization_id = ${tx.context.organizationId} and id = ${current.id}
      returning ${USER_COLUMNS}
    `);
    if (!row) throw new Error('A locked person vanished.');
    return toUserRecord(row);
  },
});
