import { sql } from 'kysely';
import { z } from 'zod';
import { command, type Work } from '../kernel/operation.js';
import { withdrawMails } from '../mail/queue-mail.js';
import { grantPromised } from './grant-promised.js';
import type { Course } from './invitation.entity.js';
import { type InvitedRole, roleStillGranted } from './inviter-role.js';

export interface AppliedInvitation {
  invitationId: string;
  groups: number;
  courses: number;
  role: string;
}

interface ConsumedRow {
  user_id: string;
  role: InvitedRole;
  invited_by: string;
  group_ids: string[];
  courses: Course[];
}

/**
 * Gives someone what their consumed invitation promised (B14): groups and courses now, a role above "user" at their
 * first verified sign-in, so that a provider alone can never make an administrator (abuse 5). Happens once, however
 * often it is called; a group that is gone by now is left out, and a role that whoever invited them could not grant any
 * more (B33). Undefined when there is nothing to apply.
 */
export const applyInvitation = command({
  permission: 'membership:apply',
  input: z.object({ invitationId: z.uuid() }),
  audit: (_input, applied: AppliedInvitation | undefined) =>
    applied && { action: 'invitation.applied', target: applied.invitationId, details: { ...applied } },
  async run(tx, { invitationId }) {
    const invitation = await lockConsumed(tx, invitationId);
    if (!invitation) return undefined;
    const { organizationId } = tx.context;
    const { courses } = invitation;
    const role = await roleStillGranted(tx, { role: invitation.role, invitedBy: invitation.invited_by });
    const groups = await grantPromised(tx, {
      userId: invitation.user_id,
      groupIds: invitation.group_ids,
      courses,
    });
    if (role !== 'user') {
      await tx.rows(sql`
        update users set pending_role = ${role}, version = version + 1, updated_at = now()
        where organization_id = ${organizationId} and id = ${invitation.user_id} and role = 'user'
      `);
    }
    await tx.rows(sql`
      update invitations set applied_at = now() where organization_id = ${organizationId} and id = ${invitationId}
    `);
    // The mail that nobody needs any more, if it is still here.
    await withdrawMails(tx, [invitationId]);
    return { invitationId, groups, courses: courses.length, role };
  },
});

/** The person first, then the invitation, then the groups: the lock order of every command. */
async function lockConsumed(tx: Work, invitationId: string): Promise<ConsumedRow | undefined> {
  const { organizationId } = tx.context;
  await tx.rows(sql`
    select u.id from users u
    where u.organization_id = ${organizationId} and u.active and u.id = (
      select user_id from invitations where organization_id = ${organizationId} and id = ${invitationId})
    for update
  `);
  const [row] = await tx.rows(sql<ConsumedRow>`
    select i.user_id, i.role, i.invited_by, i.group_ids, i.courses from invitations i
    join users u on u.organization_id = i.organization_id and u.id = i.user_id and u.active
    where i.organization_id = ${organizationId} and i.id = ${invitationId}
      and i.state = 'consumed' and i.applied_at is null
    for update of i
  `);
  return row;
}
