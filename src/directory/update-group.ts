import { sql } from 'kysely';
import { z } from 'zod';
import { fold } from '../kernel/fold.js';
import { command } from '../kernel/operation.js';
import { type AcceptedChange, changeMembers, prepareMembers } from './change-members.js';
import { GROUP_COLUMNS, type GroupRow, toGroupRecord } from './group-rows.js';
import { lockOrdinaryGroup } from './ordinary.js';
import { groupNameTaken } from './provision-group.js';
import { ExpectedVersion, requireVersion } from './provisioned-user.js';
import type { GroupRecord } from './shapes.js';
import { displayNameSchema, MAX_MEMBERS_PER_REQUEST } from './user-input.js';

export interface ChangedGroup {
  group: GroupRecord;
  change: AcceptedChange | undefined;
}

const memberIds = z
  .array(z.string())
  .max(MAX_MEMBERS_PER_REQUEST)
  .nullish()
  .transform((ids) => ids ?? []);

/**
 * Renames an ordinary group, adds people to it and removes people from it; managed people can be in it too. Members are
 * accepted now and applied by the worker (B30). SCIM_MANAGED for a group a connection manages (B32), NOT_FOUND for a
 * member who is nobody here, CONFLICT for a name that is taken.
 */
export const updateGroup = command({
  permission: 'group:write',
  input: z.object({
    id: z.string(),
    expectedVersion: ExpectedVersion,
    displayName: displayNameSchema.nullish().transform((name) => name ?? undefined),
    addUserIds: memberIds,
    removeUserIds: memberIds,
  }),
  audit: (input, { group, change }: ChangedGroup) => ({
    action: 'group.updated',
    target: group.id,
    details: { renamed: input.displayName !== undefined, ...change },
  }),
  constraints: { groups_display_name_unique: ({ displayName }) => groupNameTaken(displayName ?? '') },
  async run(tx, { id, expectedVersion, displayName, addUserIds, removeUserIds }) {
    const kept = new Set(addUserIds);
    const members = { add: addUserIds, remove: removeUserIds.filter((userId) => !kept.has(userId)) };
    const prepared = await prepareMembers(tx, id, members, 'anyone');
    const current = await lockOrdinaryGroup(tx, id);
    requireVersion(current, expectedVersion);
    const change = await changeMembers(tx, current.id, prepared);
    const name = displayName ?? current.displayName;
    const [row] = await tx.rows(sql<GroupRow>`
      update groups as g set display_name = ${name}, display_name_key = ${fold(name)}, version = version + 1,
        updated_at = now()
      where organization_id = ${tx.context.organizationId} and id = ${current.id}
      returning ${GROUP_COLUMNS}
    `);
    if (!row) throw new Error('A locked group vanished.');
    return { group: toGroupRecord(row), change };
  },
});
