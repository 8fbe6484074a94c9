import { sql } from 'kysely';
import { z } from 'zod';
import { whyNotAnyMore } from '../directory/requester.js';
import { newId } from '../kernel/ids.js';
import { command, type Work } from '../kernel/operation.js';
import { createLinks } from '../mail/links.js';
import { queueMails } from '../mail/queue-mail.js';
import { expireOverdue } from './expire-invitations.js';
import type { Course } from './invitation.entity.js';
import type { BatchReason } from './invitation-batch.js';
import { INVITATION_HOURS } from './invitation-states.js';
import { type InvitedRole, roleStillGranted } from './inviter-role.js';

/** Addresses settled in one transaction: short enough that nobody waits long for one of them. */
const BATCH_SIZE = 500;

export interface AppliedInvitationBatch {
  id: string;
  done: number;
  failed: number;
  /** Whether addresses may be left; call again. */
  more: boolean;
}

interface Batch {
  role: InvitedRole;
  group_ids: string[];
  courses: Course[];
  invited_by: string;
}

interface WaitingRow {
  position: number;
  email: string;
  email_key: string;
}

/**
 * Makes the next invitations of a batch, with their links and mails. Level-triggered: whoever still waits is taken, and is
 * counted in the transaction that settles them, so it may be run twice, late or after a kill -9 and nobody is invited or
 * written to twice (I4). The batch is locked first, so two workers take turns. Undefined when there is nothing to do.
 */
export const applyInvitationBatch = command({
  permission: 'membership:apply',
  input: z.object({ id: z.uuid() }),
  audit: (_input, applied: AppliedInvitationBatch | undefined) =>
    applied && {
      action: 'invitationBatch.applied',
      target: applied.id,
      details: { done: applied.done, failed: applied.failed },
    },
  async run(tx, { id }) {
    const { organizationId } = tx.context;
    const [batch] = await tx.rows(sql<Batch>`
      select role, group_ids, courses, invited_by from invitation_batches
      where organization_id = ${organizationId} and id = ${id} and finished_at is null for update
    `);
    if (!batch) return undefined;
    const waiting = await tx.rows(sql<WaitingRow>`
      select position, email, email_key from invitation_batch_rows
      where organization_id = ${organizationId} and batch_id = ${id} and state = 'waiting'
      order by position limit ${BATCH_SIZE}
    `);
    const refused = await invite(tx, id, batch, waiting);
    await settle(tx, id, waiting, refused);
    const [done, failed] = [waiting.length - refused.size, refused.size];
    const more = waiting.length === BATCH_SIZE;
    await tx.rows(sql`
      update invitation_batches set done = done + ${done}, failed = failed + ${failed},
        state = ${more ? 'running' : 'done'}, touched_at = clock_timestamp(),
        finished_at = case when ${more} then null else clock_timestamp() end
      where organization_id = ${organizationId} and id = ${id}
    `);
    return { id, done, failed, more };
  },
});

/** Invites whom it can; the others with the reason, by position. Nobody, once whoever asked may not invite any more. */
async function invite(
  tx: Work,
  batchId: string,
  batch: Batch,
  waiting: readonly WaitingRow[],
): Promise<Map<number, BatchReason>> {
  const role = await roleStillGranted(tx, { role: batch.role, invitedBy: batch.invited_by });
  const isOver = (await whyNotAnyMore(tx, batch.invited_by, 'invitation:write')) !== undefined;
  if (isOver || role !== batch.role) return new Map(waiting.map(({ position }) => [position, 'FORBIDDEN']));
  const known = await peopleAt(
    tx,
    waiting.map((row) => row.email_key),
  );
  const strangers = waiting.filter((row) => !known.has(row.email_key));
  const invited = await insertInvitations(tx, batchId, batch, strangers);
  const refused = new Map<number, BatchReason>();
  for (const row of waiting) {
    if (known.has(row.email_key)) refused.set(row.position, 'EXISTS');
    else if (!invited.has(row.email_key)) refused.set(row.position, 'PENDING');
  }
  return refused;
}

async function peopleAt(tx: Work, keys: readonly string[]): Promise<Set<string>> {
  const rows = await tx.rows(sql<{ email_key: string }>`
    select email_key from users where organization_id = ${tx.context.organizationId} and email_key = any(${keys}::text[])
  `);
  return new Set(rows.map((row) => row.email_key));
}

/** The keys of those who had no pending invitation and have one now, with its link and its mail. */
async function insertInvitations(
  tx: Work,
  batchId: string,
  batch: Batch,
  rows: readonly WaitingRow[],
): Promise<Set<string>> {
  const { organizationId } = tx.context;
  const people = rows.map(({ email, email_key: key }) => ({ id: newId(), email, key }));
  await expireOverdue(
    tx,
    people.map(({ key }) => key),
  );
  const inserted = await tx.rows(sql<{ id: string; email: string; email_key: string }>`
    insert into invitations (organization_id, id, email, email_key, role, group_ids, courses, state, invited_by, batch_id,
      expires_at)
    select ${organizationId}::uuid, p.id, p.email, p.key, ${batch.role}, ${batch.group_ids}::uuid[],
      ${JSON.stringify(batch.courses)}::jsonb, 'pending', ${batch.invited_by}, ${batchId}::uuid,
      now() + make_interval(hours => ${INVITATION_HOURS})
    from jsonb_to_recordset(${JSON.stringify(people)}::jsonb) as p(id uuid, email text, key text) order by p.key
    on conflict (organization_id, email_key) where state = 'pending' do nothing
    returning id, email, email_key
  `);
  const ids = inserted.map(({ id }) => id);
  const links = await createLinks(tx, 'invitation', ids, INVITATION_HOURS);
  await tx.rows(sql`
    update invitations i set link_id = l.id from unnest(${links}::uuid[], ${ids}::uuid[]) as l(id, invitation_id)
    where i.organization_id = ${organizationId} and i.id = l.invitation_id
  `);
  await queueMails(
    tx,
    inserted.map(({ id, email }, index) => ({
      kind: 'invitation',
      to: email,
      subjectId: id,
      values: { linkId: links[index] ?? '', hours: INVITATION_HOURS },
    })),
  );
  return new Set(inserted.map((row) => row.email_key));
}

async function settle(
  tx: Work,
  batchId: string,
  waiting: readonly WaitingRow[],
  refused: ReadonlyMap<number, BatchReason>,
): Promise<void> {
  const { organizationId } = tx.context;
  const positions = waiting.map((row) => row.position);
  const reasons = positions.map((position) => refused.get(position) ?? null);
  await tx.rows(sql`
    update invitation_batch_rows r set state = case when s.reason is null then 'done' else 'failed' end, reason = s.reason
    from unnest(${positions}::int[], ${reasons}::text[]) as s(position, reason)
    where r.organization_id = ${organizationId} and r.batch_id = ${batchId} and r.position = s.position
  `);
}
