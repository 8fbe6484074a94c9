import { sql } from 'kysely';
import { z } from 'zod';
import { command } from '../kernel/operation.js';
import { requireActiveConnection } from './active-connection.js';
import { endAccess, refuseForOwner, WITHOUT_LICENSE } from './deactivate.js';
import { ExpectedVersion, lockProvisionedUser, requireVersion } from './provisioned-user.js';
import { changesBetween } from './record-change.js';

/**
 * Ends a person's provisioning (B20): deactivated, out of every group and out of SCIM's sight. Nothing personal is
 * deleted, and the same identity coming back is the same person (B15). NOT_FOUND for anyone the connection does not
 * manage, INVALID_INPUT for the owner (B18).
 */
export const deprovisionUser = command({
  permission: 'provisioning:write',
  input: z.object({ connectionId: z.string(), id: z.string(), expectedVersion: ExpectedVersion }),
  audit: (input, id: string) => ({
    action: 'user.deprovisioned',
    target: id,
    details: { connectionId: input.connectionId },
  }),
  async run(tx, input) {
    await requireActiveConnection(tx, input.connectionId);
    const { user } = await lockProvisionedUser(tx, input.connectionId, input.id);
    requireVersion(user, input.expectedVersion);
    refuseForOwner(user);
    await tx.rows(sql`
      update users set active = false, deactivated_by = coalesce(deactivated_by, 'connection'), connection_id = null,
        ${WITHOUT_LICENSE}, deprovisioned_from = ${input.connectionId}, deprovisioned_at = now(),
        version = version + 1, updated_at = now()
      where organization_id = ${tx.context.organizationId} and id = ${user.id}
    `);
    await endAccess(tx, user.id);
    const before = { active: user.active, provisioned: true };
    tx.record(user.id, changesBetween(before, { active: false, provisioned: false }));
    return user.id;
  },
});
