import { sql } from 'kysely';
import { z } from 'zod';
import { fold } from '../kernel/fold.js';
import { newId } from '../kernel/ids.js';
import { command } from '../kernel/operation.js';
import { GROUP_COLUMNS, type GroupRow, toGroupRecord } from './group-rows.js';
import { groupNameTaken } from './provision-group.js';
import type { GroupRecord } from './shapes.js';
import { displayNameSchema } from './user-input.js';

/** Creates an ordinary group. CONFLICT when any group of the organization has the name (B23). */
export const createGroup = command({
  permission: 'group:write',
  input: z.object({ displayName: displayNameSchema }),
  audit: (_input, group: GroupRecord) => ({ action: 'group.created', target: group.id }),
  constraints: { groups_display_name_unique: ({ displayName }) => groupNameTaken(displayName) },
  async run(tx, { displayName }) {
    const [row] = await tx.rows(sql<GroupRow>`
      insert into groups as g (organization_id, id, display_name, display_name_key)
      values (${tx.context.organizationId}, ${newId()}, ${displayName}, ${fold(displayName)})
      returning ${GROUP_COLUMNS}
    `);
    if (!row) throw new Error('An insert returned no row.');
    return toGroupRecord(row);
  },
});
