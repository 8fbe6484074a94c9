import { sql } from 'kysely';
import { fold } from '../../kernel/fold.js';
import type { Work } from '../../kernel/operation.js';
import type { Role } from '../../kernel/permissions.js';
import { SignInRefusal } from '../sign-in-refusal.js';
import type { Match } from '../sso-connection.entity.js';

/** What a provider says of somebody, already checked to be its word. */
export interface AssertedPerson {
  /** SAML NameID or OIDC `sub`: with the connection, who this is (R5). Opaque: never looked up as one of our ids. */
  subject: string;
  /** What names the person SCIM provisioned. */
  match?: string | undefined;
  email?: string | undefined;
  givenName?: string | undefined;
  familyName?: string | undefined;
  title?: string | undefined;
}

export interface SsoRules {
  id: string;
  matches: Match;
  createsPeople: boolean;
}

/** Whom a sign-in meets. Nobody means that somebody new would be created (B37). */
export interface Met {
  userId: string | undefined;
  /** Whether the identity is known already, so that nothing needs to be linked. */
  isKnown: boolean;
}

interface PersonRow {
  id: string;
  role: Role;
  active: boolean;
}

/**
 * Finds the person of an identity: by (organization, connection, subject); on the first sign-in the one SCIM
 * provisioned, by the attribute the connection matches. Never by e-mail. Changes nothing. Throws SignInRefusal:
 * `deactivated`, `conflict`, `needs_link` for an owner or admin whom only an attribute names (abuse 3: whoever holds a
 * SCIM token can write that attribute), `not_invited` when nobody may be created.
 */
export async function meetPerson(tx: Work, connection: SsoRules, asserted: AssertedPerson): Promise<Met> {
  const known = await knownPerson(tx, connection.id, asserted.subject);
  const matched = await matchedPeople(tx, connection.matches, asserted.match);
  const refuse = (reason: 'conflict' | 'needs_link' | 'deactivated' | 'not_invited', detail: string) =>
    new SignInRefusal(reason, detail, asserted.subject);
  if (matched.length > 1) throw refuse('conflict', `'${asserted.match}' names several provisioned people.`);
  const [provisioned] = matched;
  if (known && provisioned && known.id !== provisioned.id) {
    throw refuse(
      'conflict',
      `The subject '${asserted.subject}' belongs to one person and '${asserted.match}' to another. Somebody's name was given to somebody else: unlink the old identity first.`,
    );
  }
  const person = known ?? provisioned;
  if (!person) {
    if (connection.createsPeople) return { userId: undefined, isKnown: false };
    throw refuse('not_invited', 'Nobody here has this identity, and this connection creates nobody.');
  }
  if (!person.active) throw refuse('deactivated', 'This person was deactivated.');
  if (!known && person.role !== 'user' && person.role !== 'group_admin') {
    throw refuse(
      'needs_link',
      `'${asserted.match}' names somebody with the role '${person.role}'. Link the subject '${asserted.subject}' to them first (linkIdentity); an attribute alone opens no administrator's access.`,
    );
  }
  return { userId: person.id, isKnown: known !== undefined };
}

async function knownPerson(tx: Work, connectionId: string, subject: string): Promise<PersonRow | undefined> {
  const { organizationId } = tx.context;
  const [row] = await tx.rows(sql<PersonRow>`
    select u.id, u.role, u.active from identities i
    join users u on u.organization_id = i.organization_id and u.id = i.user_id
    where i.organization_id = ${organizationId} and i.connection_id = ${connectionId} and i.subject = ${subject}
  `);
  return row;
}

async function matchedPeople(tx: Work, matches: Match, value: string | undefined): Promise<PersonRow[]> {
  if (matches === 'nothing' || value === undefined) return [];
  const named =
    matches === 'external_id' ? sql`u.external_id = ${value}` : sql`u.user_name_key = ${fold(value)}`;
  return tx.rows(sql<PersonRow>`
    select u.id, u.role, u.active from users u
    where u.organization_id = ${tx.context.organizationId} and ${named} and u.connection_id is not null limit 2
  `);
}
