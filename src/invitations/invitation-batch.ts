import { sql } from 'kysely';

/** How far a batch is. */
export const BATCH_STATES = ['waiting', 'running', 'done'] as const;
export type BatchState = (typeof BATCH_STATES)[number];

/** Why one address of a batch was not invited. */
export const BATCH_REASONS = ['BAD_ADDRESS', 'DUPLICATE', 'EXISTS', 'PENDING', 'FORBIDDEN'] as const;
export type BatchReason = (typeof BATCH_REASONS)[number];

/** Each reason in words for whoever sent the list. */
export const BATCH_REASON_TEXTS: Readonly<Record<BatchReason, string>> = {
  BAD_ADDRESS: 'This is not one plain e-mail address such as ada@acme.example. Correct it and send it again.',
  DUPLICATE: 'This address stands earlier in the list, which was enough.',
  EXISTS: 'Somebody with this address is in the organization already.',
  PENDING: 'An invitation for this address is pending already. Send that one again, or revoke it.',
  FORBIDDEN: 'Whoever sent the list may not invite any more, or not into this role.',
};

/** Many invitations asked for at once. `done` and `failed` never count an address twice. */
export interface InvitationBatchRecord {
  id: string;
  state: BatchState;
  total: number;
  done: number;
  failed: number;
  createdAt: Date;
  finishedAt: Date | null;
}

/** The row behind it. Timestamps arrive as text. */
export type InvitationBatchRow = Omit<InvitationBatchRecord, 'createdAt' | 'finishedAt'> & {
  createdAt: string;
  finishedAt: string | null;
};

/** The columns of an InvitationBatchRecord, of `invitation_batches b`. */
export const BATCH_COLUMNS = sql`b.id, b.state, b.total, b.done, b.failed, b.created_at as "createdAt",
  b.finished_at as "finishedAt"`;

/** A row in the words of the product. */
export const toInvitationBatch = (row: InvitationBatchRow): InvitationBatchRecord => ({
  ...row,
  createdAt: new Date(row.createdAt),
  finishedAt: row.finishedAt === null ? null : new Date(row.finishedAt),
});
