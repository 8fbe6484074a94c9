import { command } from '../kernel/operation.js';
import { type BulkChangeRecord, BulkSelection, startBulkChange } from './bulk-change.js';

/**
 * Deactivates many people as `deactivateUser` does one, in the background. The owner and managed people are counted as
 * failed, each with the reason, and hold up nobody else.
 */
export const bulkDeactivateUsers = command({
  permission: 'user:write',
  input: BulkSelection,
  audit: (_input, { id, total }: BulkChangeRecord) => ({
    action: 'bulkChange.requested',
    target: id,
    details: { kind: 'deactivate', total },
  }),
  run: (tx, selection) => startBulkChange(tx, 'deactivate', selection),
});
