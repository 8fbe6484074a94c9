import { sql } from 'kysely';
import { z } from 'zod';
import { command } from '../kernel/operation.js';
import { lockOrdinaryGroup } from './ordinary.js';

/** Deletes an ordinary group with its memberships; nobody is deleted. SCIM_MANAGED for a managed one (B32). */
export const deleteGroup = command({
  permission: 'group:write',
  input: z.object({ id: z.string() }),
  audit: (_input, id: string) => ({ action: 'group.deleted', target: id }),
  async run(tx, { id }) {
    const group = await lockOrdinaryGroup(tx, id);
    const { organizationId } = tx.context;
    await tx.rows(
      sql`delete from memberships where organization_id = ${organizationId} and group_id = ${group.id}`,
    );
    await tx.rows(sql`delete from groups where organization_id = ${organizationId} and id = ${group.id}`);
    return group.id;
  },
});
