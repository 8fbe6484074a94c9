import { sql } from 'kysely';
import { z } from 'zod';
import { command } from '../kernel/operation.js';
import { requireActiveConnection } from './active-connection.js';
import { endGroup } from './end-group.js';
import { lockProvisionedGroup } from './group-rows.js';
import { withEvents } from './membership-events.js';
import { ExpectedVersion, requireVersion } from './provisioned-user.js';
import { changesBetween } from './record-change.js';

export interface DeprovisionedGroup {
  id: string;
  /** Whether it stays as an ordinary group with the people who are not provisioned. */
  kept: boolean;
}

/**
 * Ends a group's provisioning (B31). Nobody is deleted. With people in it who are not provisioned it stays, with them,
 * as an ordinary group; otherwise it is gone. NOT_FOUND for a group the connection does not manage.
 */
export const deprovisionGroup = command({
  permission: 'provisioning:write',
  input: z.object({ connectionId: z.string(), id: z.string(), expectedVersion: ExpectedVersion }),
  audit: (_input, { id, kept }: DeprovisionedGroup) => ({
    action: 'group.deprovisioned',
    target: id,
    details: { kept },
  }),
  async run(tx, input) {
    await requireActiveConnection(tx, input.connectionId);
    const group = await lockProvisionedGroup(tx, input.connectionId, input.id);
    requireVersion(group, input.expectedVersion);
    const { organizationId } = tx.context;
    const leaving = sql`
      delete from memberships m where m.organization_id = ${organizationId} and m.group_id = ${group.id} and (
        select u.connection_id is not null from users u
        where u.organization_id = m.organization_id and u.id = m.user_id)
      returning m.user_id, m.group_id`;
    await tx.rows(withEvents(tx.context, 'removed', leaving));
    const [kept] = await tx.rows(sql<{ id: string }>`
      update groups g set connection_id = null, external_id = null, version = version + 1, updated_at = now()
      where g.organization_id = ${organizationId} and g.id = ${group.id} and exists (
        select from memberships m where m.organization_id = g.organization_id and m.group_id = g.id)
      returning g.id
    `);
    if (!kept) {
      await endGroup(tx, group.id);
      await tx.rows(sql`delete from groups where organization_id = ${organizationId} and id = ${group.id}`);
    }
    tx.record(group.id, changesBetween({ provisioned: true }, { provisioned: false }));
    return { id: group.id, kept: kept !== undefined };
  },
});
