import { isDeepStrictEqual } from 'node:util';
import { type RawBuilder, sql } from 'kysely';
import { z } from 'zod';
import { fold } from '../kernel/fold.js';
import { isId } from '../kernel/ids.js';
import { command, parse, type Work } from '../kernel/operation.js';
import { requireActiveConnection } from './active-connection.js';
import { changedAddresses, writeEmailKeys } from './addresses.js';
import { comeBack } from './come-back.js';
import { endAccess, refuseForOwner, WITHOUT_LICENSE } from './deactivate.js';
import { heldByOthers } from './identity-holders.js';
import { linkPendingInvitation } from './link-invitation.js';
import type { ScimProfile } from './profile.js';
import { ExpectedVersion, type LockedUser, lockProvisionedUser, requireVersion } from './provisioned-user.js';
import { changesBetween } from './record-change.js';
import type { UserChange, UserGroup, UserProfile, UserRecord } from './shapes.js';
import { type PlainAttribute, USER_COLUMNS_BY_NAME } from './user-columns.js';
import { explainTaken, taken } from './user-constraints.js';
import { identityFrom, requireWhatProfileAsks, UserChangeInput } from './user-input.js';
import { groupsOfUsers, toUserRecord, USER_COLUMNS, type UserRow } from './user-rows.js';

export interface UpdatedUser {
  user: UserRecord;
  groups: UserGroup[];
  /** The names of the attributes that changed; empty when the write changed nothing. */
  changed: string[];
}

/** Who is to be changed by whom, and how. */
export const UpdateProvisionedUserInput = z.object({
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
 * Changes a person managed by the connection (B17-B19), unless that takes somebody else's name or address, which is
 * CONFLICT: `updateProvisionedUser` is what the doors call. A change that changes nothing leaves the version alone.
 * NOT_FOUND for anyone else, INVALID_INPUT for deactivating the owner.
 */
export const changeProvisionedUser = command({
  permission: 'provisioning:write',
  input: UpdateProvisionedUserInput,
  audit: (_input, { user, changed }: UpdatedUser) =>
    changed.length === 0 ? undefined : { action: 'user.updated', target: user.id, details: { changed } },
  async run(tx, input) {
    const profile = await requireActiveConnection(tx, input.connectionId);
    // Asked for together, in this order, which is one round trip.
    const [current, groups] = await Promise.all([
      lockProvisionedUser(tx, input.connectionId, input.id).catch((error: unknown) =>
        comeBack(tx, profile, input, error),
      ),
      groupsOfUsers(tx, tx.context, isId(input.id) ? [input.id] : []),
    ]);
    requireVersion(current.user, input.expectedVersion);
    const change = intendedChange(profile, current.user, input.change);
    const [held] = await heldByOthers(tx, current.user, change);
    if (held) throw taken(held.attribute, held.value);
    const user = isAlone(change) ? writeLast(tx, current, change) : await write(tx, current.user, change);
    // Whoever loses access leaves every group.
    const shown = change.active === false ? [] : (groups.get(input.id) ?? []);
    return told(tx, current, change, { user, groups: shown });
  },
});

/** What really differs between a locked person and what was asked for. INVALID_INPUT for what the profile does not take. */
export function intendedChange(
  profile: ScimProfile,
  user: UserRecord,
  asked: z.output<typeof UpdateProvisionedUserInput>['change'],
): UserChange {
  const given = typeof asked === 'function' ? parse(UserChangeInput, asked(user)) : asked;
  const change = difference(user, withIdentity(profile, user, given));
  requireWhatProfileAsks(profile, change);
  return change;
}

/** Writes what differs of a locked person, and what the log says of it. */
export async function changeLocked(tx: Work, before: UserRecord, change: UserChange): Promise<UpdatedUser> {
  const user = await write(tx, before, change);
  const groups = await groupsOfUsers(tx, tx.context, [user.id]);
  return told(tx, { user: before }, change, { user, groups: groups.get(user.id) ?? [] });
}

/** The answer, and what the log says of the change. */
function told(
  tx: Work,
  current: Pick<LockedUser, 'user' | 'adopted'>,
  change: UserChange,
  now: Omit<UpdatedUser, 'changed'>,
): UpdatedUser {
  const changed = namesOf(current.user, change);
  tx.record(now.user.id, { ...changesBetween(current.user, change), ...(current.adopted && ADOPTED) });
  if (current.adopted) changed.push('provisioned');
  return { ...now, changed };
}

const ADOPTED = { provisioned: { before: false, after: true } };

/** B8: taking the externalId away leaves the employeeNumber in its place. */
function withIdentity(profile: ScimProfile, before: UserRecord, change: UserChange): UserChange {
  if (change.externalId !== null) return change;
  const { employeeNumber = before.employeeNumber } = change;
  return { ...change, externalId: identityFrom(profile, null, employeeNumber) };
}

/** What really differs. Someone an admin deactivated stays inactive whatever the provider says (B15). */
export function difference(user: UserRecord, wanted: UserChange): UserChange {
  const entries = Object.entries({ ...wanted, ...addressesOf(user, wanted) }).filter(
    ([name, value]) => value !== undefined && !isDeepStrictEqual(value, user[name as keyof UserChange]),
  );
  const change = Object.fromEntries(entries) as UserChange;
  if (change.active === true && user.deactivatedBy === 'admin') delete change.active;
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

/** What others may have as well, and nothing follows from that the answer shows. */
const ALONE: ReadonlySet<string> = new Set(['givenName', 'familyName', 'title', 'employeeNumber']);
const isAlone = (change: UserChange): boolean => Object.keys(change).every((name) => ALONE.has(name));

/** Writes what stands alone together with COMMIT, which is a round trip less: what the row will say is known already. */
function writeLast(tx: Work, { user, at }: LockedUser, change: UserChange): UserRecord {
  if (Object.keys(change).length === 0) return user;
  tx.closing(updateOf(tx, user, change));
  return { ...user, ...(change as Partial<UserRecord>), version: user.version + 1, updatedAt: at };
}

/** Writes a change of a locked person. CONFLICT for what somebody else has, INVALID_INPUT for deactivating the owner. */
export async function write(tx: Work, user: UserRecord, change: UserChange): Promise<UserRecord> {
  if (Object.keys(change).length === 0) return user;
  if (change.active === false) refuseForOwner(user);
  const { email, profile } = change;
  const explained = (error: unknown): never => {
    throw explainTaken(error, change);
  };
  const update = sql<UserRow>`${updateOf(tx, user, change)} returning ${USER_COLUMNS}`;
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

function updateOf(tx: Work, user: UserRecord, change: UserChange): RawBuilder<unknown> {
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
  if (change.active === false) sets.push(WITHOUT_LICENSE);
  return sql`
    update users as u set ${sql.join(sets)}
    where organization_id = ${tx.context.organizationId} and id = ${user.id}`;
}
