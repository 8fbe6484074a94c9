import { command } from '../kernel/operation.js';
import { type BulkChangeRecord, BulkSelection, startBulkChange } from './bulk-change.js';

/** Reactivates many people as `reactivateUser` does one, in the background; refusals are counted with their reason. */
export const bulkReactivateUsers = command({
  permission: 'user:write',
  input: BulkSelection,
  audit: (_input, { id, total }: BulkChangeRecord) => ({
    action: 'bulkChange.requested',
    target: id,
    details: { kind: 'reactivate', total },
  }),
  run: (tx, selection) => startBulkChange(tx, 'reactivate', selection),
});
