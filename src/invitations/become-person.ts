import { sql } from 'kysely';
import { serializationFailure } from '../kernel/database.js';
import { DomainError } from '../kernel/errors.js';
import { newId } from '../kernel/ids.js';
import type { Work } from '../kernel/operation.js';
import type { Role } from '../kernel/permissions.js';
import type { InvitedRole } from './inviter-role.js';

/** Who holds the link of an invitation, and what they say of themselves. */
export interface Newcomer {
  email: string;
  emailKey: string;
  givenName: string;
  familyName: string;
  passwordHash: string;
  role: InvitedRole;
}

/** Whoever the invitation belongs to from now on. */
export interface JoinedPerson {
  userId: string;
  role: Role;
  /** Whether an identity provider says who they are: they sign in there, and the password was not kept (abuse 3). */
  managed: boolean;
}

/** Somebody who has the address already. */
export interface PersonThere {
  id: string;
  active: boolean;
  role: Role;
  managed: boolean;
}

/** Everyone with this address, locked in the order of their ids: before the invitation, and before any group. */
export const lockPeopleAt = (tx: Work, emailKey: string): Promise<PersonThere[]> =>
  tx.rows(sql<PersonThere>`
    select id, active, role, connection_id is not null or deprovisioned_at is not null as managed from users
    where organization_id = ${tx.context.organizationId} and email_key = ${emailKey} order by id for update
  `);

/**
 * The one place where the holder of an invitation becomes a person: a new one, or the one who has the address. Somebody
 * who is here keeps their names and their password, and a role only ever rises. Whoever grants licenses on acceptance
 * calls it from here, with this person locked (B35). CONFLICT for someone deactivated, and where the address is shared.
 */
export async function becomePerson(
  tx: Work,
  there: readonly PersonThere[],
  newcomer: Newcomer,
): Promise<JoinedPerson> {
  const [person, ...others] = there;
  if (others.length > 0) {
    throw refused(
      'Several people of this organization have this address, so it is not clear who was invited.',
    );
  }
  if (person && !person.active) throw refused('The access of this person has been ended.');
  return person ? meet(tx, person, newcomer) : create(tx, newcomer);
}

const refused = (why: string): DomainError =>
  new DomainError('CONFLICT', `${why} Ask an administrator of the organization.`, { field: 'token' });

async function create(tx: Work, newcomer: Newcomer): Promise<JoinedPerson> {
  const { organizationId } = tx.context;
  const userId = newId();
  const rows = await tx.rows(sql`
    insert into users (organization_id, id, email, email_key, given_name, family_name, role)
    values (${organizationId}, ${userId}, ${newcomer.email}, ${newcomer.emailKey}, ${newcomer.givenName},
      ${newcomer.familyName}, ${newcomer.role})
    on conflict do nothing returning id
  `);
  // Somebody with this address came in at this moment: the whole is run again, and meets them.
  if (rows.length === 0) throw serializationFailure('The address was taken meanwhile.');
  await keepPassword(tx, userId, newcomer.passwordHash);
  return { userId, role: newcomer.role, managed: false };
}

async function meet(tx: Work, person: PersonThere, newcomer: Newcomer): Promise<JoinedPerson> {
  const { organizationId } = tx.context;
  const [row] = await tx.rows(sql<{ role: Role; is_new: boolean }>`
    update users set
      given_name = case when ${person.managed} then given_name else coalesce(given_name, ${newcomer.givenName}) end,
      family_name = case when ${person.managed} then family_name else coalesce(family_name, ${newcomer.familyName}) end,
      role = case when role = 'user' or role = 'group_admin' and ${newcomer.role} = 'admin' then ${newcomer.role}
                  else role end,
      version = version + 1, updated_at = now()
    where organization_id = ${organizationId} and id = ${person.id}
    returning role, first_signed_in_at is null as is_new
  `);
  // A mail must not open an account that is in use, nor one with more power than the invitation gives (abuse 3).
  if (!person.managed && row?.is_new && row.role === newcomer.role) {
    await keepPassword(tx, person.id, newcomer.passwordHash);
  }
  return { userId: person.id, role: row?.role ?? person.role, managed: person.managed };
}

const keepPassword = (tx: Work, userId: string, hash: string): Promise<unknown[]> =>
  tx.rows(sql`
    insert into passwords (organization_id, user_id, hash) values (${tx.context.organizationId}, ${userId}, ${hash})
    on conflict do nothing
  `);
