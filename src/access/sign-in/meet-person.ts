import { sql } from 'kysely';
import { fold } from '../../kernel/fold.js';
import type { Work } from '../../kernel/operation.js';
import type { Role } from '../../kernel/permissions.js';
import type { LockedUser } from '../../licensing/admit-user.js';
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
  user: LockedUser | undefined;
  /** Whether the identity is known already, so that nothing needs to be linked. */
  isKnown: boolean;
}

interface PersonRow extends LockedUser {
  role: Role;
}

/** Everybody an identity may stand for; the known one is locked from now on. */
export interface Candidates {
  known: PersonRow | undefined;
  matched: PersonRow[];
}

/**
 * Finds whom an identity names: by (organization, connection, subject), and the one SCIM provisioned, by the attribute
 * the connection matches. Never by e-mail. Changes nothing.
 */
export async function findCandidates(
  tx: Work,
  connectionId: string,
  { subject, match }: Pick<AssertedPerson, 'subject' | 'match'>,
): Promise<Candidates> {
  const [[known], matched] = await Promise.all([
    knownPerson(tx, connectionId, subject),
    match === undefined ? [] : matchedPeople(tx, connectionId, match),
  ]);
  return { known, matched };
}

/**
 * Decides whom a sign-in meets: the person of the identity; on the first sign-in the provisioned one. Throws
 * SignInRefusal: `deactivated`, `conflict`, `needs_link` for an owner or admin whom only an attribute names (abuse 3:
 * whoever holds a SCIM token can write that attribute), `not_invited` when nobody may be created.
 */
export function meetPerson(
  connection: SsoRules,
  asserted: AssertedPerson,
  { known, matched }: Candidates,
): Met {
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
    if (connection.createsPeople) return { user: undefined, isKnown: false };
    throw refuse('not_invited', 'Nobody here has this identity, and this connection creates nobody.');
  }
  if (!person.active) throw refuse('deactivated', 'This person was deactivated.');
  if (!known && person.role !== 'user' && person.role !== 'group_admin') {
    throw refuse(
      'needs_link',
      `'${asserted.match}' names somebody with the role '${person.role}'. Link the subject '${asserted.subject}' to them first (linkIdentity); an attribute alone opens no administrator's access.`,
    );
  }
  return { user: person, isKnown: known !== undefined };
}

const PERSON = sql`u.id, u.role, u.active, u.license`;

function knownPerson(tx: Work, connectionId: string, subject: string): Promise<PersonRow[]> {
  const { organizationId } = tx.context;
  return tx.rows(
    sql<PersonRow>`
      select ${PERSON} from identities i
      join users u on u.organization_id = i.organization_id and u.id = i.user_id
      where i.organization_id = ${organizationId} and i.connection_id = ${connectionId} and i.subject = ${subject}
      for update of u
    `,
    { prepared: true },
  );
}

/** By the attribute the connection says, which is not known here: one of the two look-ups is of nobody. */
function matchedPeople(tx: Work, connectionId: string, value: string): Promise<PersonRow[]> {
  const { organizationId } = tx.context;
  const isBy = (matches: Match) => sql`exists (
    select from sso_connections c
    where c.organization_id = ${organizationId} and c.id = ${connectionId} and c.matches = ${matches})`;
  return tx.rows(
    sql<PersonRow>`
      select ${PERSON} from users u
      where u.organization_id = ${organizationId} and u.external_id = ${value} and u.connection_id is not null
        and ${isBy('external_id')}
      union all
      select ${PERSON} from users u
      where u.organization_id = ${organizationId} and u.user_name_key = ${fold(value)} and u.connection_id is not null
        and ${isBy('user_name')}
      limit 2
    `,
    { prepared: true },
  );
}
