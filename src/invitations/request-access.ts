import { sql } from 'kysely';
import { z } from 'zod';
import { countMailRequest } from '../access/visitor-limits.js';
import { EmailAddress } from '../kernel/email-address.js';
import { DomainError } from '../kernel/errors.js';
import { fold } from '../kernel/fold.js';
import { newId } from '../kernel/ids.js';
import { command, type Work } from '../kernel/operation.js';
import { requireSeatFor } from '../licensing/require-seat.js';
import { createLink } from '../mail/links.js';
import { queueMail } from '../mail/queue-mail.js';
import { expireOverdue } from './expire-invitations.js';
import { canonicalAddress } from './mail-domain.js';
import { type KnownPerson, personAt } from './person-at.js';

/** B36: how long the link in the mail works, by the clock of the database. */
export const VERIFICATION_HOURS = 1;

/** B36: the refusal of any other domain, which is the same for everybody who has such an address. */
export const notInvited = (): DomainError =>
  new DomainError(
    'FORBIDDEN',
    'This address is not invited: its domain is not among those this organization approved. Ask an administrator of the organization to invite you.',
    { field: 'email' },
  );

/**
 * Somebody asks to be let in by an address of an approved domain (B36). The answer is the same whoever they are; what
 * differs is in the mail, which only the mailbox sees (abuse 18): a link that lets them register, or, for someone an
 * identity provider manages, the way to it. FORBIDDEN for any other domain and LIMIT_EXCEEDED when no license is free
 * say something of the organization, not of the person, and are meant to. Each call counts, whatever becomes of it
 * (abuse 11): RATE_LIMITED above the limits of the mailbox and of the client.
 */
export const requestAccess = command({
  permission: 'access:request',
  input: z.object({ email: EmailAddress, client: z.string() }),
  audit: (_input, requested: { invitationId: string | undefined }) =>
    requested.invitationId === undefined
      ? undefined
      : { action: 'access.requested', target: requested.invitationId },
  prepare: (context, { email, client }) =>
    countMailRequest(context, {
      kind: 'request',
      address: canonicalAddress(email)?.email ?? fold(email),
      client,
    }),
  async run(tx, input) {
    const address = canonicalAddress(input.email);
    if (!address || !(await isApproved(tx, address.domain))) throw notInvited();
    await requireSeatFor(tx);
    const person = await personAt(tx, address.email);
    if (person?.managed) {
      await queueMail(tx, { kind: 'provider-sign-in', to: address.email, subjectId: person.id });
      return { invitationId: undefined };
    }
    const invitation = person ? undefined : await openInvitation(tx, address.email);
    const subjectId = (person ?? invitation)?.id ?? '';
    const link = await createLink(tx, { purpose: 'verification', subjectId, hours: VERIFICATION_HOURS });
    await queueMail(tx, {
      kind: 'verification',
      to: address.email,
      subjectId,
      values: { linkId: link.id, hours: VERIFICATION_HOURS },
    });
    return { invitationId: invitation?.isNew ? invitation.id : undefined };
  },
});

/** Whether people of exactly this domain, in ASCII, may let themselves in. */
export async function isApproved(tx: Work, domain: string): Promise<boolean> {
  const found = await tx.rows(sql`
    select id from approved_domains where organization_id = ${tx.context.organizationId} and domain = ${domain}
  `);
  return found.length > 0;
}

/**
 * The invitation that waits for this address: an admin's, an earlier request's, or a new one, which admins see as
 * "invited through an approved domain" until the person registers.
 */
async function openInvitation(
  tx: Work,
  email: string,
): Promise<Pick<KnownPerson, 'id'> & { isNew: boolean }> {
  const { organizationId, actor } = tx.context;
  await expireOverdue(tx, [email]);
  const id = newId();
  const [row] = await tx.rows(sql<{ id: string }>`
    insert into invitations as i (organization_id, id, email, email_key, role, state, invited_by, source, expires_at)
    values (${organizationId}, ${id}, ${email}, ${email}, 'user', 'pending', ${actor.id}, 'domain',
      now() + make_interval(hours => ${VERIFICATION_HOURS}))
    on conflict (organization_id, email_key) where state = 'pending' do update
    set expires_at = greatest(i.expires_at, excluded.expires_at)
    returning id
  `);
  if (!row) throw new Error('An invitation is inserted or there already.');
  return { id: row.id, isNew: row.id === id };
}
