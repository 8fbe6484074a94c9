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
import { stateAfter } from './invitation-states.js';
import { lockPendingInvitation } from './lock-invitation.js';

/**
 * Takes a pending invitation back: its link opens nothing from now on, and a mail that is still here stays here (B34).
 * CONFLICT when it is not pending any more, NOT_FOUND for an unknown id.
 */
export const revokeInvitation = command({
  permission: ['invitation:write', 'administered-group:write'],
  input: z.object({ id: z.string() }),
  audit: (_input, invitation: InvitationRecord) => ({ action: 'invitation.revoked', target: invitation.id }),
  async run(tx, { id }) {
    const invitation = await lockPendingInvitation(tx, id);
    const [row] = await tx.rows(sql<InvitationRow>`
      update invitations as i set state = ${stateAfter('revoke')}
      where i.organization_id = ${tx.context.organizationId} and i.id = ${invitation.id} returning ${INVITATION_COLUMNS}
    `);
    if (!row) throw new Error('A locked invitation is gone.');
    await withdrawMails(tx, [row.id]);
    return toInvitation(row);
  },
});
