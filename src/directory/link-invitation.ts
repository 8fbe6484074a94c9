import { sql } from 'kysely';
import { fold } from '../kernel/fold.js';
import type { Work } from '../kernel/operation.js';

/**
 * B14: the pending invitation for this address, if there is one, is consumed by this person, once. Only the link is
 * made here, in the transaction that provisions; the worker applies groups, role and courses. The row is written from
 * this room because the rule is the directory's: whoever becomes active over SCIM uses up their invitation. Nobody who does
 * not exist uses up any, so that it can travel with the statement that may create them.
 */
export async function linkPendingInvitation(tx: Work, userId: string, email: string | null): Promise<void> {
  if (email === null) return;
  const rows = await tx.rows(
    sql<{ id: string }>`
    update invitations set state = 'consumed', user_id = ${userId}, consumed_at = now()
    where organization_id = ${tx.context.organizationId} and email_key = ${fold(email)} and state = 'pending'
      and expires_at > now() and exists (select from users where organization_id = ${tx.context.organizationId} and id = ${userId})
    returning id
  `,
    { prepared: true },
  );
  for (const { id } of rows) tx.emit({ topic: 'invitation.consumed', ids: { invitationId: id } });
}
