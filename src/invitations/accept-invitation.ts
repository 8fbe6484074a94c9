import { sql } from 'kysely';
import { hashPassword } from '../access/password.js';
import { countRegistration } from '../access/visitor-limits.js';
import { command, type Work } from '../kernel/operation.js';
import type { Role } from '../kernel/permissions.js';
import { takeProForEveryone } from '../licensing/take-license.js';
import { consumeLink, type OpenLink } from '../mail/links.js';
import { becomePerson, lockPeopleAt } from './become-person.js';
import { grantPromised } from './grant-promised.js';
import type { Course } from './invitation.entity.js';
import { canBe, stateAfter } from './invitation-states.js';
import { invitedPerson } from './invitations.queries.js';
import { type InvitedRole, roleStillGranted } from './inviter-role.js';
import { linkIsOver } from './link-is-over.js';
import { NewcomerInput } from './newcomer-input.js';

/** What became of an acceptance. */
export interface AcceptedInvitation {
  invitationId: string;
  userId: string;
  role: Role;
  groups: number;
  courses: number;
  /** Whether they sign in at their identity provider; the password was not kept then. */
  managed: boolean;
}

/**
 * Whoever holds the link becomes a person of the organization, or is met as the one they are, and gets what was promised,
 * at once and in one transaction (B34). Of any number of callers with one link exactly one succeeds (abuse 23). The role
 * is what whoever invited them could still grant (B33). NOT_FOUND when the link opens nothing (any more), CONFLICT for
 * someone whose access was ended: then nothing happened. RATE_LIMITED above the limit of the client (abuse 11).
 */
export const acceptInvitation = command({
  permission: 'access:request',
  input: NewcomerInput,
  audit: (_input, { invitationId, ...details }: AcceptedInvitation) => ({
    action: 'invitation.accepted',
    target: invitationId,
    details: { ...details },
  }),
  async prepare(context, { token, password, client }): Promise<string> {
    await countRegistration(context, client);
    // Before the password is hashed, which costs more than a look.
    await invitedPerson(context, { token });
    return hashPassword(password);
  },
  async run(tx, input, passwordHash) {
    const link = await consumeLink(tx, 'invitation', input.token);
    if (!link) throw linkIsOver();
    const emailKey = await addressOf(tx, link.subjectId);
    const there = await lockPeopleAt(tx, emailKey);
    const invitation = await lockOpenInvitation(tx, link);
    const role = await roleStillGranted(tx, { role: invitation.role, invitedBy: invitation.invited_by });
    const person = await becomePerson(tx, there, {
      ...input,
      passwordHash,
      email: invitation.email,
      emailKey,
      role,
    });
    const { userId } = person;
    const groups = await grantPromised(tx, {
      userId,
      groupIds: invitation.group_ids,
      courses: invitation.courses,
      administers: person.role === 'group_admin',
    });
    await takeProForEveryone(tx, userId);
    await tx.rows(sql`
      update invitations set state = ${stateAfter('accept')}, user_id = ${userId}, applied_at = now()
      where organization_id = ${tx.context.organizationId} and id = ${link.subjectId}
    `);
    return { invitationId: link.subjectId, ...person, groups, courses: invitation.courses.length };
  },
});

async function addressOf(tx: Work, invitationId: string): Promise<string> {
  const [row] = await tx.rows(sql<{ email_key: string }>`
    select email_key from invitations where organization_id = ${tx.context.organizationId} and id = ${invitationId}
  `);
  if (!row) throw linkIsOver();
  return row.email_key;
}

interface OpenInvitation {
  email: string;
  role: InvitedRole;
  group_ids: string[];
  courses: Course[];
  invited_by: string;
}

/** Still pending, still in time, and this is its latest link. */
async function lockOpenInvitation(tx: Work, link: OpenLink): Promise<OpenInvitation> {
  const [row] = await tx.rows(sql<OpenInvitation>`
    select email, role, group_ids, courses, invited_by from invitations
    where organization_id = ${tx.context.organizationId} and id = ${link.subjectId} and link_id = ${link.id}
      and ${canBe('accept')} and expires_at > now()
    for update
  `);
  if (!row) throw linkIsOver();
  return row;
}
