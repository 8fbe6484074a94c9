import { sql } from 'kysely';
import { serializationFailure } from '../kernel/database.js';
import { DomainError } from '../kernel/errors.js';
import { fold } from '../kernel/fold.js';
import type { Work } from '../kernel/operation.js';
import { writeEmailKeys } from './addresses.js';
import { keyOf, type Provisioning, SHARED_SCOPE, scopeFor } from './insert-user.js';
import { forgetLostAnswer, isRepeatOfLostAnswer } from './lost-answer.js';
import { changesBetween } from './record-change.js';
import type { UserAttributes } from './shapes.js';
import { taken } from './user-constraints.js';
import { toUserRecord, USER_COLUMNS, type UserRow } from './user-rows.js';

/** Whoever was here already. */
export interface ExistingUser {
  row: UserRow;
  /** Whether this repeats a creation whose answer was lost, so that nothing changed (B16). */
  repeated: boolean;
}

interface Candidate extends UserRow {
  same_user_name: boolean | null;
  same_email: boolean | null;
}

/**
 * Where an e-mail is not unique no constraint finds whoever has it, so the ordinary person with this address, if there
 * is one, is looked up and locked before anyone is created beside them (B15).
 */
export async function ordinaryPersonAt(
  tx: Work,
  { profile, attributes: { email } }: Provisioning,
): Promise<boolean> {
  if (profile.identifiesBy !== 'userName' || email === null) return false;
  const found = await tx.rows(sql`
    select id from users u
    where u.organization_id = ${tx.context.organizationId} and u.email_key = ${fold(email)} and ${isOrdinary}
    for update
  `);
  return found.length > 0;
}

/** Nobody provisions them, and their address is theirs alone. */
const isOrdinary = sql`u.connection_id is null and u.deprovisioned_at is null and u.identity_scope = ${SHARED_SCOPE}::uuid`;

/**
 * The person who is here already becomes managed by the connection (B15). CONFLICT when somebody provisioned has one
 * of the values, or when they belong to different people (B16).
 */
export async function adoptUser(tx: Work, provisioning: Provisioning): Promise<ExistingUser> {
  const { connectionId, profile, attributes: a } = provisioning;
  const { row: known, repeated } = await personToAdopt(tx, provisioning);
  if (repeated) return { row: known, repeated };
  const person = known.id;
  const [row] = await tx.rows(sql<UserRow>`
    update users as u set
      user_name = ${a.userName}, user_name_key = ${fold(a.userName)},
      email = coalesce(${a.email}, email), email_key = coalesce(${keyOf(a.email)}, email_key),
      external_id = ${a.externalId}, given_name = ${a.givenName}, family_name = ${a.familyName}, title = ${a.title},
      employee_number = ${a.employeeNumber}, attributes = ${JSON.stringify(a.profile)}::jsonb,
      identity_scope = ${scopeFor(profile, person)}::uuid,
      connection_id = ${connectionId}, released_from = null, deprovisioned_from = null,
      deprovisioned_at = null, version = version + 1, updated_at = now(),
      active = active or ${returns(a)}, deactivated_by = case when ${returns(a)} then null else deactivated_by end
    where organization_id = ${tx.context.organizationId} and id = ${person}
    returning ${USER_COLUMNS}
  `);
  if (!row) throw new Error('A locked person vanished.');
  await writeEmailKeys(tx, person, a.profile);
  await forgetLostAnswer(tx, person);
  const before = { ...toUserRecord(known), provisioned: false };
  tx.record(person, changesBetween(before, { ...a, active: row.active, provisioned: true }));
  return { row, repeated };
}

async function personToAdopt(
  tx: Work,
  { connectionId, profile, attributes: a }: Provisioning,
): Promise<ExistingUser> {
  const sharesIdentity =
    profile.identifiesBy === 'userName'
      ? sql`u.email_key = ${keyOf(a.email)} and ${isOrdinary}`
      : sql`u.identity_scope = ${SHARED_SCOPE}::uuid and (u.email_key = ${keyOf(a.email)} or u.external_id = ${a.externalId})`;
  const candidates = await tx.rows(sql<Candidate>`
    select ${USER_COLUMNS}, u.user_name_key = ${fold(a.userName)} as same_user_name,
      u.email_key = ${keyOf(a.email)} as same_email
    from users u
    where u.organization_id = ${tx.context.organizationId}
      and (u.user_name_key = ${fold(a.userName)} or ${sharesIdentity})
    order by u.id for update
  `);
  const provisioned = candidates.find((candidate) => candidate.connection_id !== null);
  if (provisioned && (await isRepeatOfLostAnswer(tx, connectionId, provisioned.id, a))) {
    return { row: provisioned, repeated: true };
  }
  if (provisioned?.same_user_name) throw taken('userName', a.userName);
  if (provisioned?.same_email) throw taken('email', a.email);
  if (provisioned) throw taken('externalId', a.externalId);
  const named = candidates.find((candidate) => candidate.same_user_name);
  if (named && profile.identifiesBy === 'userName') return { row: named, repeated: false };
  const [person] = candidates;
  // Whoever had one of the values when somebody new was refused has none of them now: erased, or renamed.
  if (!person) throw serializationFailure('Nobody has the identity any more that somebody had a moment ago.');
  if (candidates.length > 1) {
    throw new DomainError(
      'CONFLICT',
      `The userName '${a.userName}', e-mail '${a.email}' and externalId '${a.externalId}' belong to different people of this organization. Correct the one that is wrong in the identity provider.`,
      { field: 'userName' },
    );
  }
  return { row: person, repeated: false };
}

/** B15: whom provisioning had deactivated comes back with `active: true`; whom an admin deactivated does not. */
const returns = (a: UserAttributes) =>
  sql<boolean>`(${a.active} and deactivated_by is not distinct from 'connection')`;
