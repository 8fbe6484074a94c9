import { sql } from 'kysely';
import { z } from 'zod';
import { notFound } from '../kernel/errors.js';
import { isId } from '../kernel/ids.js';
import { command } from '../kernel/operation.js';
import { BULK_COLUMNS, type BulkChangeRecord, type BulkChangeRow, toBulkChange } from './bulk-change.js';

export interface CancelledBulkChange {
  change: BulkChangeRecord;
  /** False when it had ended before. */
  cancelled: boolean;
}

/**
 * Ends a bulk change after the batch it is at. What is done stays done; the others are left as they are. One that has
 * ended stays as it is. NOT_FOUND for an unknown id.
 */
export const cancelBulkChange = command({
  permission: 'user:write',
  input: z.object({ id: z.string() }),
  audit: (_input, { change, cancelled }: CancelledBulkChange) =>
    cancelled ? { action: 'bulkChange.cancelled', target: change.id } : undefined,
  async run(tx, { id }) {
    const { organizationId } = tx.context;
    const [row] = isId(id)
      ? await tx.rows(sql<BulkChangeRow>`
          select ${BULK_COLUMNS} from bulk_changes r
          where r.organization_id = ${organizationId} and r.id = ${id} for update
        `)
      : [];
    if (!row) throw notFound('bulk change', id);
    if (row.finishedAt !== null) return { change: toBulkChange(row), cancelled: false };
    const [ended] = await tx.rows(sql<BulkChangeRow>`
      update bulk_changes as r set state = 'cancelled', finished_at = now()
      where r.organization_id = ${organizationId} and r.id = ${id} returning ${BULK_COLUMNS}
    `);
    if (!ended) throw new Error('A locked bulk change vanished.');
    return { change: toBulkChange(ended), cancelled: true };
  },
});
