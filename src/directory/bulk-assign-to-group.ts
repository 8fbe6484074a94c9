import { z } from 'zod';
import { notFound } from '../kernel/errors.js';
import { isId } from '../kernel/ids.js';
import { command } from '../kernel/operation.js';
import { type BulkChangeRecord, BulkSelection, startBulkChange } from './bulk-change.js';
import { lockOrdinaryGroup } from './ordinary.js';

/**
 * Adds many people to an ordinary group as `addGroupMembers` does, in the background. SCIM_MANAGED for a group a
 * connection manages (B32), NOT_FOUND for an unknown one; deactivated people are counted as failed.
 */
export const bulkAssignToGroup = command({
  permission: 'group:write',
  input: BulkSelection.extend({ groupId: z.string() }),
  audit: ({ groupId }, { id, total }: BulkChangeRecord) => ({
    action: 'bulkChange.requested',
    target: id,
    details: { kind: 'assign', groupId, total },
  }),
  async run(tx, { groupId, ...selection }) {
    if (!isId(groupId)) throw notFound('group', groupId);
    const change = await startBulkChange(tx, 'assign', selection, groupId);
    // Last, because a filter over everybody takes longer than anyone should wait for the group.
    await lockOrdinaryGroup(tx, groupId);
    return change;
  },
});
