import { sql } from 'kysely';
import { linkPendingInvitation } from '../../directory/link-invitation.js';
import { isEmailAddress } from '../../kernel/email-address.js';
import { fold, isIndexable, isStorableText } from '../../kernel/fold.js';
import { newId } from '../../kernel/ids.js';
import type { Work } from '../../kernel/operation.js';
import type { LockedUser } from '../../licensing/admit-user.js';
import { SignInRefusal } from '../sign-in-refusal.js';
import type { AssertedPerson, Met, SsoRules } from './meet-person.js';

/** As the directory's own limit. */
const MAX_NAME = 256;

/**
 * Makes the meeting true (B37), in the transaction of the sign-in: creates whoever is new with their pending invitation,
 * locks whoever is here, links the identity, and, with the commit, refreshes the profile of people SCIM does not manage
 * and lets a role that an invitation promised take effect (B14). Returns the person, locked. Throws SignInRefusal.
 */
export async function bringPerson(
  tx: Work,
  connection: SsoRules,
  asserted: AssertedPerson,
  met: Met,
): Promise<LockedUser> {
  const user = met.user
    ? await knownPerson(tx, connection, asserted, { ...met, user: met.user })
    : await createPerson(tx, connection.id, asserted);
  if (met.user) refresh(tx, user.id, asserted);
  if (asserted.email !== undefined) takePromisedRole(tx, user.id, asserted.email);
  return user;
}

/** Somebody who is here; at the first sign-in they are locked and linked now. */
async function knownPerson(
  tx: Work,
  connection: SsoRules,
  { subject }: AssertedPerson,
  met: Met & { user: LockedUser },
): Promise<LockedUser> {
  if (met.isKnown) return met.user;
  const user = await lock(tx, met.user.id);
  if (!user?.active) throw new SignInRefusal('deactivated', 'This person was deactivated.', subject);
  await linkSubject(tx, connection.id, subject, user.id);
  return user;
}

async function createPerson(
  tx: Work,
  connectionId: string,
  { subject, email, ...names }: AssertedPerson,
): Promise<LockedUser> {
  if (email === undefined || !isEmailAddress(email)) {
    throw new SignInRefusal(
      'email_missing',
      `The provider sent no usable e-mail address for '${subject}', which a new person needs. Add the e-mail attribute there.`,
      subject,
    );
  }
  const { organizationId } = tx.context;
  const id = newId();
  const [[user], linked] = await Promise.all([
    tx.rows(
      sql<LockedUser>`
        insert into users (organization_id, id, email, email_key, given_name, family_name, title)
        values (${organizationId}, ${id}, ${email}, ${fold(email)}, ${name(names.givenName)},
          ${name(names.familyName)}, ${name(names.title)})
        on conflict do nothing returning id, active, license
      `,
      { prepared: true },
    ),
    // Nobody, when the address is somebody's already.
    tx.rows(
      sql`
        insert into identities (organization_id, connection_id, subject, user_id)
        select organization_id, ${connectionId}::uuid, ${subject}, id from users
        where organization_id = ${organizationId} and id = ${id} on conflict do nothing returning user_id
      `,
      { prepared: true },
    ),
    linkPendingInvitation(tx, id, email),
  ]);
  if (!user) {
    throw new SignInRefusal(
      'email_taken',
      `Somebody here has the address '${email}' already and is not known by this identity: an address alone signs nobody in. Link the subject '${subject}' to them (linkIdentity).`,
      subject,
    );
  }
  if (linked.length === 0) throw belongsToAnother(subject);
  return user;
}

const belongsToAnother = (subject: string): SignInRefusal =>
  new SignInRefusal('conflict', `The subject '${subject}' belongs to somebody else.`, subject);

async function lock(tx: Work, userId: string): Promise<LockedUser | undefined> {
  const [row] = await tx.rows(sql<LockedUser>`
    select id, active, license from users
    where organization_id = ${tx.context.organizationId} and id = ${userId} for update
  `);
  return row;
}

/** Of one connection a person has one subject: a new one replaces the old, which may be given to somebody else. */
export async function linkSubject(
  tx: Work,
  connectionId: string,
  subject: string,
  userId: string,
): Promise<void> {
  const { organizationId } = tx.context;
  const [, linked] = await Promise.all([
    tx.rows(sql`
      delete from identities
      where organization_id = ${organizationId} and user_id = ${userId} and connection_id = ${connectionId}
    `),
    tx.rows(sql`
      insert into identities (organization_id, connection_id, subject, user_id)
      values (${organizationId}, ${connectionId}, ${subject}, ${userId}) on conflict do nothing returning user_id
    `),
  ]);
  if (linked.length === 0) throw belongsToAnother(subject);
}

/** What the provider sent and fits; null keeps what is there. */
const name = (value: string | undefined): string | null =>
  value !== undefined && value.length <= MAX_NAME && isStorableText(value) && isIndexable(value)
    ? value
    : null;

function refresh(tx: Work, userId: string, asserted: AssertedPerson): void {
  const { organizationId } = tx.context;
  const email = asserted.email !== undefined && isEmailAddress(asserted.email) ? asserted.email : null;
  const key = email === null ? null : fold(email);
  tx.closing(sql`
    update users u set given_name = n.given_name, family_name = n.family_name, title = n.title, email = n.email,
      email_key = n.email_key, version = version + 1, updated_at = now()
    from (
      select coalesce(${name(asserted.givenName)}, p.given_name) as given_name,
        coalesce(${name(asserted.familyName)}, p.family_name) as family_name,
        coalesce(${name(asserted.title)}, p.title) as title,
        case when f.free then ${email}::text else p.email end as email,
        case when f.free then ${key}::text else p.email_key end as email_key
      from users p cross join lateral (select ${key}::text is not null and p.role = 'user' and not exists (
        select from users o where o.organization_id = ${organizationId} and o.email_key = ${key}::text
          and o.id <> ${userId}) as free) f
      where p.organization_id = ${organizationId} and p.id = ${userId}
    ) n
    where u.organization_id = ${organizationId} and u.id = ${userId}
      and (u.given_name, u.family_name, u.title, u.email) is distinct from
          (n.given_name, n.family_name, n.title, n.email)
      and not exists (
        select from scim_connections s where s.organization_id = ${organizationId} and s.id = u.connection_id
          and s.status = 'active')
  `);
}

/**
 * B14: a role above "user" takes effect now, when the provider vouches for the very address that was invited: SCIM may
 * have bound the invitation to anybody (abuse 5). A group admin administers the groups of the invitation. Other sessions
 * of the person end with the change.
 */
function takePromisedRole(tx: Work, userId: string, email: string): void {
  const { organizationId } = tx.context;
  tx.closing(sql`
    with taken as (update users u set role = i.role, pending_role = null, version = version + 1, updated_at = now()
    from (
      select role, group_ids, applied_at from invitations
      where organization_id = ${organizationId} and user_id = ${userId} and state = 'consumed' and role <> 'user'
        and email_key = ${fold(email)}
      order by consumed_at desc limit 1
    ) i
    where u.organization_id = ${organizationId} and u.id = ${userId} and u.role = 'user'
      and (u.pending_role = i.role or i.applied_at is null)
    returning u.id, i.role, i.group_ids)
    insert into group_admins (organization_id, group_id, user_id)
    select ${organizationId}::uuid, g.id, taken.id from taken join groups g
      on g.organization_id = ${organizationId} and g.id = any(taken.group_ids)
    where taken.role = 'group_admin' on conflict do nothing
  `);
}
