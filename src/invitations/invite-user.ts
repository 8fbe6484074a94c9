import { sql } from 'kysely';
import { z } from 'zod';
import { EmailAddress } from '../kernel/email-address.js';
import { DomainError } from '../kernel/errors.js';
import { fold } from '../kernel/fold.js';
import { newId } from '../kernel/ids.js';
import { command } from '../kernel/operation.js';
import { expireOverdue } from './expire-invitations.js';
import { promiseSchemas, requireMayPromise } from './invitation-input.js';
import {
  INVITATION_COLUMNS,
  type InvitationRecord,
  type InvitationRow,
  toInvitation,
} from './invitation-rows.js';
import { INVITATION_HOURS } from './invitation-states.js';
import { sendInvitation } from './send-invitation.js';

const InviteUserInput = z.object({ email: EmailAddress, ...promiseSchemas });

/**
 * Invites someone by e-mail, with a role, groups and courses that take effect when the invitation is used (B34). The mail
 * goes out with the commit, except to someone whom a provider provisions already: they have their way in, and the
 * invitation waits for the provider. CONFLICT while another invitation for that address is pending; FORBIDDEN for a role
 * above the caller's (B33); NOT_FOUND for a group that does not exist here.
 */
export const inviteUser = command({
  permission: ['invitation:write', 'administered-group:write'],
  input: InviteUserInput,
  audit: (input, invitation: InvitationRecord) => ({
    action: 'user.invited',
    target: invitation.id,
    details: { role: input.role, groups: input.groupIds.length, courses: input.courses.length },
  }),
  constraints: {
    invitations_one_pending: ({ email }) =>
      new DomainError(
        'CONFLICT',
        `An invitation for '${email}' is pending already. Send it again, or revoke it before inviting again.`,
        { field: 'email' },
      ),
  },
  async run(tx, input) {
    const { organizationId } = tx.context;
    const invitedBy = await requireMayPromise(tx, input);
    const emailKey = fold(input.email);
    await expireOverdue(tx, [emailKey]);
    const [row] = await tx.rows(sql<InvitationRow>`
      insert into invitations as i (organization_id, id, email, email_key, role, group_ids, courses, state, invited_by,
        expires_at)
      values (${organizationId}, ${newId()}, ${input.email}, ${emailKey}, ${input.role}, ${input.groupIds}::uuid[],
        ${JSON.stringify(input.courses)}::jsonb, 'pending', ${invitedBy}, now() + make_interval(hours => ${INVITATION_HOURS}))
      returning ${INVITATION_COLUMNS}
    `);
    if (!row) throw new Error('An insert returned nothing.');
    await sendInvitation(tx, row);
    return toInvitation(row);
  },
});
