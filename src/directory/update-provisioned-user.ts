import { isDeepStrictEqual } from 'node:util';
import { type RawBuilder, sql } from 'kysely';
import { z } from 'zod';
import { DomainError, notFound } from '../kernel/errors.js';
import { fold } from '../kernel/fold.js';
import { isId } from '../kernel/ids.js';
import { command, parse, type Work } from '../kernel/operation.js';
import { requireActiveConnection } from './active-connection.js';
import { changedAddresses, writeEmailKeys } from './addresses.js';
import { comeBack } from './come-back.js';
import { endAccess, refuseForOwner } from './deactivate.js';
import { linkPendingInvitation } from './link-invitation.js';
import type { ScimProfile } from './profile.js';
import { changesBetween } from './record-change.js';
import type { UserChange, UserGroup, UserProfile, UserRecord } from './shapes.js';
import { type PlainAttribute, USER_COLUMNS_BY_NAME } from './user-columns.js';
import { explainTaken } from './user-constraints.js';
import { identityFrom, requireWhatProfileAsks, UserChangeInput } from './user-input.js';
import { groupsOfUsers, toUserRecord, USER_COLUMNS, type UserRow } from './user-rows.js';

export interface UpdatedUser {
  user: UserRecord;
  groups: UserGroup[];
  /** The names of the attributes that changed; empty when the write changed nothing. */
  changed: string[];
}

/** If-Match (RFC 7644 section 3.14): refuse unless the resource still has this version, or one of these. */
export const ExpectedVersion = z
  .union([z.int(), z.array(z.int())])
  .nullish()
  .transform((version) => version ?? undefined);

const UpdateProvisionedUserInput = z.object({
  connectionId: z.string(),
  id: z.string(),
  expectedVersion: ExpectedVersion,
  /**
   * What to change; or, for a change that depends on present values (RFC 7644 section 3.5.2), a pure function of the
   * person, called with the locked row so that no concurrent write can fall between reading and writing.
   */
  change: z.union([
    UserChangeInput,
    z.custom<(current: UserRecord) => UserChange>((f) => typeof f === 'function'),
  ]),
  /** Whether the change is the whole person, as a PUT is: then somebody released is adopted again (B39). */
  whole: z.boolean().default(false),
});

/**
 * Changes a person managed by the connection (B17-B19). A change that changes nothing leaves the version alone.
 * NOT_FOUND for anyone else, CONFLICT for a taken name, INVALID_INPUT for deactivating the owner.
 */
export const updateProvisionedUser = command({
  permission: 'provisioning:write',
  input: UpdateProvisionedUserInput,
  audit: (_input, { user, changed }: UpdatedUser) =>
    changed.length === 0 ? undefined : { action: 'user.updated', target: user.id, details: { changed } },
  async run(tx, input) {
    const profile = await requireActiveConnection(tx, input.connectionId);
    const current = await lockProvisionedUser(tx, input.connectionId, input.id).catch((error: unknown) =>
      comeBack(tx, profile, input, error),
    );
    requireVersion(current.user, input.expectedVersion);
    const given =
      typeof input.change === 'function' ? parse(UserChangeInput, input.change(current.user)) : input.change;
    const change = difference(current, withIdentity(profile, current.user, given));
    requireWhatProfileAsks(profile, change);
    const changed = namesOf(current.user, change);
    // Asked for together, in this order, which is one round trip.
    const [user, groups] = await Promise.all([
      changed.length === 0 ? current.user : write(tx, current.user, change),
      groupsOfUsers(tx, tx.context, [current.user.id]),
    ]);
    tx.record(user.id, { ...changesBetween(current.user, change), ...(current.adopted && ADOPTED) });
    if (current.adopted) changed.push('provisioned');
    return { user, groups: groups.get(user.id) ?? [], changed };
  },
});

const ADOPTED = { provisioned: { before: false, after: true } };

/** B8: taking the externalId away leaves the employeeNumber in its place. */
function withIdentity(profile: ScimProfile, before: UserRecord, change: UserChange): UserChange {
  if (change.externalId !== null) return change;
  const { employeeNumber = before.employeeNumber } = change;
  return { ...change, externalId: identityFrom(profile, null, employeeNumber) };
}

/** Somebody, locked. */
export interface LockedUser {
  user: UserRecord;
  deactivatedBy: 'connection' | 'admin' | null;
  /** Whether this very request made them the connection's again (B39). */
  adopted?: boolean;
}

/** The person, locked, if this connection manages them. */
export async function lockProvisionedUser(tx: Work, connectionId: string, id: string): Promise<LockedUser> {
  const [row] = isId(id)
    ? await tx.rows(
        sql<UserRow & { deactivated_by: 'connection' | 'admin' | null }>`
        select ${USER_COLUMNS}, u.deactivated_by from users u
        where u.organization_id = ${tx.context.organizationId} and u.id = ${id} and u.connection_id = ${connectionId}
        for update
      `,
        { prepared: true },
      )
    : [];
  if (!row) throw notFound('user', id);
  return { user: toUserRecord(row), deactivatedBy: row.deactivated_by };
}

/**
 * Optimistic locking: PRECONDITION_FAILED unless the row has a version the caller has seen (RFC 7232 section
 * 3.1).
 */
export function requireVersion(
  current: { version: number },
  expected: number | readonly number[] | undefined,
): void {
  if (expected === undefined || [expected].flat().includes(current.version)) return;
  throw new DomainError(
    'PRECONDITION_FAILED',
    `The resource has changed since it was read: its version is ${current.version}, the request expects ${[expected].flat().join(' or ') || 'another'}. Read it again and repeat the change.`,
  );
}

/** What really differs. Someone an admin deactivated stays inactive whatever the provider says (B15). */
function difference({ user, deactivatedBy }: LockedUser, wanted: UserChange): UserChange {
  const entries = Object.entries({ ...wanted, ...addressesOf(user, wanted) }).filter(
    ([name, value]) => value !== undefined && !isDeepStrictEqual(value, user[name as keyof UserChange]),
  );
  const change = Object.fromEntries(entries) as UserChange;
  if (change.active === true && deactivatedBy === 'admin') delete change.active;
  return change;
}

function addressesOf(user: UserRecord, { email, profile }: UserChange): UserChange {
  return changedAddresses(user, { ...(email !== undefined && { email }), ...(profile && { profile }) });
}

/** For `changed`: the attributes with a column by their own name, those of the profile each by its name in SCIM. */
function namesOf(before: UserRecord, { profile, ...columns }: UserChange): string[] {
  return [...Object.keys(columns), ...(profile ? namesInProfile(before.profile, profile) : [])];
}

function namesInProfile(before: UserProfile, after: UserProfile): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => !isDeepStrictEqual(before[name], after[name]));
}

async function write(tx: Work, user: UserRecord, change: UserChange): Promise<UserRecord> {
  if (change.active === false) refuseForOwner(user);
  const sets: RawBuilder<unknown>[] = [sql`version = version + 1`, sql`updated_at = now()`];
  const { email, profile, ...plain } = change;
  for (const [name, value] of Object.entries(plain)) {
    sets.push(sql`${sql.ref(USER_COLUMNS_BY_NAME[name as PlainAttribute])} = ${value}`);
  }
  if (email !== undefined) {
    sets.push(sql`email = ${email}`, sql`email_key = ${email === null ? null : fold(email)}`);
  }
  if (profile !== undefined) {
    sets.push(sql`attributes = ${JSON.stringify(profile)}::jsonb`);
  }
  if (change.userName !== undefined) sets.push(sql`user_name_key = ${fold(change.userName)}`);
  if (change.active !== undefined) sets.push(sql`deactivated_by = ${change.active ? null : 'connection'}`);
  const update = sql<UserRow>`
    update users as u set ${sql.join(sets)}
    where organization_id = ${tx.context.organizationId} and id = ${user.id}
    returning ${USER_COLUMNS}
  `;
  const explained = (error: unknown): never => {
    throw explainTaken(error, change);
  };
  const [[row]] = await Promise.all([
    tx.rows(update, { prepared: true }).catch(explained),
    profile !== undefined && writeEmailKeys(tx, user.id, profile).catch(explained),
    change.active === false && endAccess(tx, user.id).catch(explained),
    change.active === true &&
      linkPendingInvitation(tx, user.id, email === undefined ? user.email : email).catch(explained),
  ]);
  if (!row) throw new Error('A locked person vanished.');
  return toUserRecord(row);
}
