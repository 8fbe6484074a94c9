import { sql } from 'kysely';
import { hashPassword } from '../access/password.js';
import { countRegistration } from '../access/visitor-limits.js';
import { DomainError } from '../kernel/errors.js';
import { command, type Work } from '../kernel/operation.js';
import { allLicensesAreTaken } from '../licensing/require-seat.js';
import { takeLicense } from '../licensing/take-license.js';
import { consumeLink } from '../mail/links.js';
import { isLinkOpen } from './access-requests.queries.js';
import { becomePerson } from './become-person.js';
import { grantPromised } from './grant-promised.js';
import { INVITATION_COLUMNS, type InvitationRow } from './invitation-rows.js';
import { canBe, stateAfter } from './invitation-states.js';
import { roleStillGranted } from './inviter-role.js';
import { linkIsOver } from './link-is-over.js';
import { canonicalAddress } from './mail-domain.js';
import { NewcomerInput } from './newcomer-input.js';
import { personAt } from './person-at.js';
import { isApproved, notInvited } from './request-access.js';

export interface RegisteredUser {
  userId: string;
  invitationId: string;
  /** `waiting` when no license was free and the organization lets people wait in line. */
  license: 'held' | 'waiting';
}

const knownAlready = (): DomainError =>
  new DomainError('CONFLICT', 'You are registered here already, so nothing was changed. Sign in instead.', {
    field: 'email',
  });

/**
 * Whoever holds the link of the mail becomes an ordinary person with a password and a license, all in one transaction
 * (B36); what an admin had promised to the address comes along (B34). NOT_FOUND when the link is over; of any number of
 * callers with one link exactly one registers (abuse 23). CONFLICT for someone who is here already, LIMIT_EXCEEDED when no
 * license is free, FORBIDDEN when the domain is not approved any more: then nothing happened, and the link still works
 * for the rest of its hour. RATE_LIMITED above the limit of the client (abuse 11).
 */
export const registerUser = command({
  permission: 'access:request',
  input: NewcomerInput,
  audit: (_input, registered: RegisteredUser) => ({
    action: 'user.registered',
    target: registered.userId,
    details: { invitationId: registered.invitationId, license: registered.license },
  }),
  async prepare(context, { token, password, client }): Promise<string> {
    await countRegistration(context, client);
    // Before the password is hashed, which costs more than a look.
    if (!(await isLinkOpen(context, { token }))) throw linkIsOver();
    return hashPassword(password);
  },
  async run(tx, { token, ...newcomer }, passwordHash) {
    const link = await consumeLink(tx, 'verification', token);
    if (!link) throw linkIsOver();
    const invitation = await lockInvitation(tx, link.subjectId);
    const address = canonicalAddress(invitation.email);
    if (!address) throw linkIsOver();
    if (invitation.source === 'domain' && !(await isApproved(tx, address.domain))) throw notInvited();
    if (await personAt(tx, address.email)) throw knownAlready();
    const role = await roleStillGranted(tx, { role: invitation.role, invitedBy: invitation.invited_by });
    const { userId } = await becomePerson(tx, [], {
      ...newcomer,
      passwordHash,
      role,
      email: address.email,
      emailKey: address.email,
    });
    await grantPromised(tx, { userId, groupIds: invitation.group_ids, courses: invitation.courses });
    await tx.rows(sql`
      update invitations set state = ${stateAfter('accept')}, user_id = ${userId}, applied_at = now()
      where organization_id = ${tx.context.organizationId} and id = ${invitation.id}
    `);
    const license = await takeLicense(tx, { id: userId, license: null });
    if (license.outcome === 'refused') throw allLicensesAreTaken();
    return { userId, invitationId: invitation.id, license: license.outcome };
  },
});

type OpenInvitation = InvitationRow & { invited_by: string };

/** A link that was sent to somebody who is here already leads to the person. */
async function lockInvitation(tx: Work, subjectId: string): Promise<OpenInvitation> {
  const { organizationId } = tx.context;
  const [row] = await tx.rows(sql<OpenInvitation>`
    select ${INVITATION_COLUMNS}, i.invited_by from invitations i
    where i.organization_id = ${organizationId} and i.id = ${subjectId} and ${canBe('accept')} and i.expires_at > now()
    for update
  `);
  if (row) return row;
  const [person] = await tx.rows(sql`
    select id from users where organization_id = ${organizationId} and id = ${subjectId}
  `);
  throw person ? knownAlready() : linkIsOver();
}
