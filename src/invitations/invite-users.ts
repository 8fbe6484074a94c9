import { sql } from 'kysely';
import { z } from 'zod';
import { fold } from '../kernel/fold.js';
import { newId } from '../kernel/ids.js';
import { command, type Work } from '../kernel/operation.js';
import { plainMailbox } from '../mail/queue-mail.js';
import {
  BATCH_COLUMNS,
  type BatchReason,
  type InvitationBatchRecord,
  type InvitationBatchRow,
  toInvitationBatch,
} from './invitation-batch.js';
import { type PromiseInput, promiseSchemas, requireMayPromise } from './invitation-input.js';

/** A whole school or site at once; more than this is provisioned, not invited. */
const MAX_BATCH = 5_000;
/** What is kept of text that is no address, for whoever looks for it in their list. */
const MAX_SHOWN = 254;

const InviteUsersInput = z.object({
  emails: z.array(z.string()).min(1).max(MAX_BATCH, `must be at most ${MAX_BATCH} addresses`),
  ...promiseSchemas,
});

/**
 * Invites many people into the same role, groups and courses (B34). The list is stored at once, refusals of bad and
 * repeated addresses with it; a worker makes the invitations and `invitationBatch` shows how far it is. FORBIDDEN for a
 * role above the caller's (B33), NOT_FOUND for a group that does not exist here: then nothing is stored.
 */
export const inviteUsers = command({
  permission: ['invitation:write', 'administered-group:write'],
  input: InviteUsersInput,
  audit: (input, batch: InvitationBatchRecord) => ({
    action: 'users.invited',
    target: batch.id,
    details: {
      role: input.role,
      groups: input.groupIds.length,
      courses: input.courses.length,
      total: batch.total,
    },
  }),
  async run(tx, { emails, ...promise }) {
    const invitedBy = await requireMayPromise(tx, promise);
    const rows = toRows(emails);
    const batch = await insertBatch(tx, promise, invitedBy, rows);
    await tx.rows(sql`
      insert into invitation_batch_rows (organization_id, batch_id, position, email, email_key, state, reason)
      select ${tx.context.organizationId}::uuid, ${batch.id}::uuid, r.position, r.email, r.key,
        case when r.reason is null then 'waiting' else 'failed' end, r.reason
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as r(position int, email text, key text, reason text)
    `);
    tx.emit({ topic: 'invitations.requested', ids: { batchId: batch.id } });
    return batch;
  },
});

interface BatchRow {
  position: number;
  email: string;
  key: string;
  reason: BatchReason | null;
}

/** The first of several spellings of one address counts. */
function toRows(emails: readonly string[]): BatchRow[] {
  const seen = new Set<string>();
  return emails.map((sent, position) => {
    const email = sent.trim();
    if (plainMailbox(email) === undefined) {
      const shown = email.slice(0, MAX_SHOWN).toWellFormed().replaceAll('\0', '');
      return { position, email: shown, key: '', reason: 'BAD_ADDRESS' };
    }
    const key = fold(email);
    const reason = seen.has(key) ? 'DUPLICATE' : null;
    seen.add(key);
    return { position, email, key, reason };
  });
}

async function insertBatch(
  tx: Work,
  { role, groupIds, courses }: PromiseInput,
  invitedBy: string,
  rows: readonly BatchRow[],
): Promise<InvitationBatchRecord> {
  const failed = rows.filter(({ reason }) => reason !== null).length;
  const isDone = failed === rows.length;
  const [row] = await tx.rows(sql<InvitationBatchRow>`
    insert into invitation_batches as b (organization_id, id, role, group_ids, courses, state, total, failed, invited_by,
      finished_at)
    values (${tx.context.organizationId}, ${newId()}, ${role}, ${groupIds}::uuid[], ${JSON.stringify(courses)}::jsonb,
      ${isDone ? 'done' : 'waiting'}, ${rows.length}, ${failed}, ${invitedBy}, case when ${isDone} then now() end)
    returning ${BATCH_COLUMNS}
  `);
  if (!row) throw new Error('An insert returned nothing.');
  return toInvitationBatch(row);
}
