import { sql } from 'kysely';
import { z } from 'zod';
import { notFound } from '../kernel/errors.js';
import { isId } from '../kernel/ids.js';
import { query } from '../kernel/operation.js';
import {
  BATCH_COLUMNS,
  BATCH_REASON_TEXTS,
  type BatchReason,
  type InvitationBatchRecord,
  type InvitationBatchRow,
  toInvitationBatch,
} from './invitation-batch.js';

/** Shown at a time; a list with more refusals than this is read page by page. */
const MAX_FAILURES = 500;

/** An address that was not invited. */
export interface BatchFailure {
  /** Where it stands in the list that was sent, from 0. */
  position: number;
  email: string;
  reason: BatchReason;
  message: string;
}

/** How far a batch of invitations is. NOT_FOUND for an unknown id. */
export const invitationBatch = query({
  permission: 'invitation:read',
  input: z.object({ id: z.string() }),
  async run(tx, { id }): Promise<InvitationBatchRecord> {
    const [row] = isId(id)
      ? await tx.rows(sql<InvitationBatchRow>`
          select ${BATCH_COLUMNS} from invitation_batches b
          where b.organization_id = ${tx.context.organizationId} and b.id = ${id}
        `)
      : [];
    if (!row) throw notFound('batch of invitations', id);
    return toInvitationBatch(row);
  },
});

/** The refusals of a batch, in the order of the list, after a position. */
export const invitationBatchFailures = query({
  permission: 'invitation:read',
  input: z.object({
    id: z.uuid(),
    first: z.int().min(0).max(MAX_FAILURES),
    after: z
      .int()
      .nullish()
      .transform((after) => after ?? -1),
  }),
  async run(tx, { id, first, after }): Promise<BatchFailure[]> {
    const rows = await tx.rows(sql<Omit<BatchFailure, 'message'>>`
      select position, email, reason from invitation_batch_rows
      where organization_id = ${tx.context.organizationId} and batch_id = ${id} and state = 'failed'
        and position > ${after}
      order by position limit ${first}
    `);
    return rows.map((row) => ({ ...row, message: BATCH_REASON_TEXTS[row.reason] }));
  },
});
