import { sql } from 'kysely';
import { z } from 'zod';
import { command } from '../kernel/operation.js';
import { endAccess, refuseForOwner, WITHOUT_LICENSE } from './deactivate.js';
import { lockOrdinaryUser } from './ordinary.js';
import type { UserRecord } from './shapes.js';
import { toUserRecord, USER_COLUMNS, type UserRow } from './user-rows.js';

export interface DeactivatedUser {
  user: UserRecord;
  /** False when an admin had deactivated this person before. */
  changed: boolean;
}

/**
 * Ends someone's access now (B19), and remembers that an admin did it: no provider brings them back (B15). SCIM_MANAGED
 * for someone a connection manages (B32), INVALID_INPUT for the owner (B18).
 */
export const deactivateUser = command({
  permission: 'user:write',
  input: z.object({ id: z.string() }),
  audit: (_input, { user, changed }: DeactivatedUser) =>
    changed ? { action: 'user.deactivated', target: user.id } : undefined,
  async run(tx, { id }) {
    const current = await lockOrdinaryUser(tx, id);
    refuseForOwner(current);
    if (current.deactivatedBy === 'admin') return { user: current, changed: false };
    await endAccess(tx, current.id);
    const [row] = await tx.rows(sql<UserRow>`
      update users as u set active = false, deactivated_by = 'admin', ${WITHOUT_LICENSE},
        version = version + 1, updated_at = now()
      where organization_id = ${tx.context.organizationId} and id = ${current.id} returning ${USER_COLUMNS}
    `);
    if (!row) throw new Error('A locked person vanished.');
    return { user: toUserRecord(row), changed: true };
  },
});
