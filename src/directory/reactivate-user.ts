import { sql } from 'kysely';
import { z } from 'zod';
import { command } from '../kernel/operation.js';
import { lockOrdinaryUser } from './ordinary.js';
import type { UserRecord } from './shapes.js';
import { toUserRecord, USER_COLUMNS, type UserRow } from './user-rows.js';

export interface ReactivatedUser {
  user: UserRecord;
  /** False when this person was active already. */
  changed: boolean;
}

/**
 * Lets someone sign in again. Groups and license are not restored (B19). Somebody whom a provider had deprovisioned comes
 * back as an ordinary person. A managed person is the provider's to reactivate (SCIM_MANAGED, B32), unless an admin
 * deactivated them before they were adopted: no provider can take that back (B15). INVALID_INPUT for someone erased (B38).
 */
export const reactivateUser = command({
  permission: 'user:write',
  input: z.object({ id: z.string() }),
  audit: (_input, { user, changed }: ReactivatedUser) =>
    changed ? { action: 'user.reactivated', target: user.id } : undefined,
  async run(tx, { id }) {
    const current = await lockOrdinaryUser(tx, id, { orDeactivatedByAdmin: true });
    if (current.active) return { user: current, changed: false };
    const [row] = await tx.rows(sql<UserRow>`
      update users as u set active = true, ${RETURNS}, version = version + 1, updated_at = now()
      where organization_id = ${tx.context.organizationId} and id = ${current.id} returning ${USER_COLUMNS}
    `);
    if (!row) throw new Error('A locked person vanished.');
    return { user: toUserRecord(row), changed: true };
  },
});

/** Nobody's deactivation and nobody's deprovisioning is remembered of someone who is back. */
export const RETURNS = sql`deactivated_by = null, deprovisioned_from = null, deprovisioned_at = null`;
