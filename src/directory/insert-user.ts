import { sql } from 'kysely';
import { fold } from '../kernel/fold.js';
import { newId } from '../kernel/ids.js';
import type { Work } from '../kernel/operation.js';
import { writeEmailKeys } from './addresses.js';
import { wasErased } from './erasure/tombstone.js';
import { linkPendingInvitation } from './link-invitation.js';
import type { ScimProfile } from './profile.js';
import type { UserAttributes } from './shapes.js';
import { USER_COLUMNS, type UserRow } from './user-rows.js';

/** Whom to provision, for whom, and by which rules. */
export interface Provisioning {
  connectionId: string;
  profile: ScimProfile;
  attributes: UserAttributes;
}

/** Shared by everyone whose e-mail and externalId are theirs alone in the organization. */
export const SHARED_SCOPE = '00000000-0000-0000-0000-000000000000';

/** The `identity_scope` of a person: in one of their own, e-mail and externalId collide with nobody's. */
export const scopeFor = ({ identifiesBy }: ScimProfile, id: string): string =>
  identifiesBy === 'userName' ? id : SHARED_SCOPE;

/** The folded address, when there is one. */
export const keyOf = (email: string | null): string | null => (email === null ? null : fold(email));

/** Somebody new. */
export interface InsertedUser extends UserRow {
  /** B38: whether they have the identity of somebody whose personal data was erased here. */
  was_erased: boolean;
}

/** With their pending invitation linked (B14). Undefined when any unique key is taken: the constraint decides, so that racing requests leave one person. */
export async function insertUser(
  tx: Work,
  { connectionId, profile, attributes: a }: Provisioning,
): Promise<InsertedUser | undefined> {
  const id = newId();
  const inserting = tx.rows(
    sql<InsertedUser>`
    insert into users as u (organization_id, id, user_name, user_name_key, email, email_key, external_id, given_name,
      family_name, title, employee_number, attributes, identity_scope, active, deactivated_by,
      connection_id)
    values (${tx.context.organizationId}, ${id}, ${a.userName}, ${fold(a.userName)}, ${a.email}, ${keyOf(a.email)},
      ${a.externalId}, ${a.givenName}, ${a.familyName}, ${a.title}, ${a.employeeNumber},
      ${JSON.stringify(a.profile)}::jsonb, ${scopeFor(profile, id)}::uuid,
      ${a.active}, ${a.active ? null : 'connection'}, ${connectionId})
    on conflict do nothing returning ${USER_COLUMNS}, ${wasErased(tx, a)} as was_erased
  `,
    { prepared: true },
  );
  // One round trip: it links nobody when nobody was created.
  const [[row]] = await Promise.all([inserting, a.active && linkPendingInvitation(tx, id, a.email)]);
  if (row && a.profile.emails) await writeEmailKeys(tx, id, a.profile);
  return row;
}
