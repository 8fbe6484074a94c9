import { sql } from 'kysely';
import { z } from 'zod';
import { command } from '../kernel/operation.js';
import { endGroup } from './end-group.js';
import { withEvents } from './membership-events.js';
import { lockOrdinaryGroup } from './ordinary.js';
import { ExpectedVersion, requireVersion } from './provisioned-user.js';

/** Deletes an ordinary group with its memberships; nobody is deleted. SCIM_MANAGED for a managed one (B32). */
export const deleteGroup = command({
  permission: 'group:write',
  input: z.object({ id: z.string(), expectedVersion: ExpectedVersion }),
  audit: (_input, id: string) => ({ action: 'group.deleted', target: id }),
  async run(tx, { id, expectedVersion }) {
    const group = await lockOrdinaryGroup(tx, id);
    requireVersion(group, expectedVersion);
    const { organizationId } = tx.context;
    await tx.rows(
      withEvents(
        tx.context,
        'removed',
        sql`delete from memberships where organization_id = ${organizationId} and group_id = ${group.id}
          returning user_id, group_id`,
      ),
    );
    await endGroup(tx, group.id);
    await tx.rows(sql`delete from groups where organization_id = ${organizationId} and id = ${group.id}`);
    return group.id;
  },
});
