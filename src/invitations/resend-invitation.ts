import { sql } from 'kysely';
import { z } from 'zod';
import { command } from '../kernel/operation.js';
import { withdrawMails } from '../mail/queue-mail.js';
import {
  INVITATION_COLUMNS,
  type InvitationRecord,
  type InvitationRow,
  toInvitation,
} from './invitation-rows.js';
import { INVITATION_HOURS } from './invitation-states.js';
import { lockPendingInvitation } from './lock-invitation.js';
import { sendInvitation } from './send-invitation.js';

/**
 * Sends a pending invitation again: with a new link, for another full time; the old link opens nothing from now on (B34).
 * CONFLICT when it is not pending any more, NOT_FOUND for an unknown id.
 */
export const resendInvitation = command({
  permission: ['invitation:write', 'administered-group:write'],
  input: z.object({ id: z.string() }),
  audit: (_input, invitation: InvitationRecord) => ({ action: 'invitation.resent', target: invitation.id }),
  async run(tx, { id }) {
    const invitation = await lockPendingInvitation(tx, id);
    const [row] = await tx.rows(sql<InvitationRow>`
      update invitations as i set expires_at = now() + make_interval(hours => ${INVITATION_HOURS})
      where i.organization_id = ${tx.context.organizationId} and i.id = ${invitation.id} returning ${INVITATION_COLUMNS}
    `);
    if (!row) throw new Error('A locked invitation is gone.');
    await withdrawMails(tx, [row.id]);
    await sendInvitation(tx, row);
    return toInvitation(row);
  },
});
