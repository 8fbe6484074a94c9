import DataLoader from 'dataloader';
import { groupAdmins } from '../src/access/group-admins.queries.js';
import { type BulkFailure, bulkFailures } from '../src/directory/bulk-changes.queries.js';
import { groupCourses, type UserCourse, userCourses } from '../src/directory/courses.queries.js';
import { groupsById } from '../src/directory/groups.queries.js';
import { MAX_PARENTS, membershipCounts, memberships } from '../src/directory/memberships.queries.js';
import { type AttributeProvenance, provenances } from '../src/directory/provenance.queries.js';
import type { GroupRecord, MembershipRecord, UserRecord } from '../src/directory/shapes.js';
import { usersById } from '../src/directory/users.queries.js';
import type { Context } from '../src/kernel/context.js';
import type { KeysetResult } from '../src/kernel/page.js';
import { licenseRequests } from '../src/licensing/licenses.queries.js';
import type { ConnectionFacts } from '../src/provisioning/connection-facts.js';
import { connectionFacts } from '../src/provisioning/connection-facts.queries.js';
import { scimConnections, scimCredentials } from '../src/provisioning/connections.queries.js';
import type { LoggedWrite } from '../src/provisioning/mapping/check.js';
import { mappingEvidence } from '../src/provisioning/mapping.queries.js';
import { type LatestRequests, latestRequests } from '../src/provisioning/provisioning-log.queries.js';
import type { ScimConnection } from '../src/provisioning/scim-connection.entity.js';
import type { ScimCredential } from '../src/provisioning/scim-credential.entity.js';

/** One page of the memberships of a group (its members) or of a person (their groups). */
export interface MembershipPageKey {
  of: 'group' | 'user';
  id: string;
  first: number;
  after: string | null | undefined;
}

/** One page of the people a bulk change left as they are. */
export type BulkFailurePageKey = Pick<MembershipPageKey, 'id' | 'first' | 'after'>;

/** One batch for every relation, however many rows of a list ask for it. */
export interface Loaders {
  readonly user: DataLoader<string, UserRecord | undefined>;
  readonly group: DataLoader<string, GroupRecord | undefined>;
  readonly memberships: DataLoader<MembershipPageKey, KeysetResult<MembershipRecord>, string>;
  readonly membershipCount: DataLoader<Pick<MembershipPageKey, 'of' | 'id'>, number, string>;
  /** The people who administer a group. */
  readonly groupAdmins: DataLoader<string, string[]>;
  /** The groups a person administers. */
  readonly administeredGroups: DataLoader<string, string[]>;
  readonly userCourses: DataLoader<string, UserCourse[]>;
  readonly groupCourses: DataLoader<string, { id: string; name: string }[]>;
  readonly bulkFailures: DataLoader<BulkFailurePageKey, KeysetResult<BulkFailure>, string>;
  readonly provenance: DataLoader<string, AttributeProvenance[] | undefined>;
  readonly scimConnection: DataLoader<string, ScimConnection | undefined>;
  readonly scimCredentials: DataLoader<string, ScimCredential[]>;
  readonly latestRequests: DataLoader<string, LatestRequests | undefined>;
  readonly waitsForLicense: DataLoader<string, boolean>;
  readonly connectionFacts: DataLoader<string, ConnectionFacts | undefined>;
  readonly mappingEvidence: DataLoader<string, LoggedWrite[]>;
  /** Where the identity provider of an organization sends its requests (B5). */
  readonly scimUrlOf: (slug: string) => string;
}

/** Fresh for each request: what they cache is what this caller may see. */
export function createLoaders(context: Context, scimUrlOf: Loaders['scimUrlOf']): Loaders {
  return {
    user: new DataLoader(async (ids) => inOrder(ids, await usersById(context, { ids: [...ids] }))),
    group: new DataLoader(async (ids) => inOrder(ids, await groupsById(context, { ids: [...ids] }))),
    memberships: new DataLoader((keys) => loadMemberships(context, keys), {
      cacheKeyFn: pageOf,
      maxBatchSize: MAX_PARENTS,
    }),
    membershipCount: new DataLoader((keys) => countMemberships(context, keys), {
      cacheKeyFn: ({ of, id }) => `${of} ${id}`,
      maxBatchSize: MAX_PARENTS,
    }),
    groupAdmins: new DataLoader(
      async (ids) => {
        const found = await groupAdmins(context, { of: 'group', ids: [...ids] });
        return ids.map((id) => found.filter(({ groupId }) => groupId === id).map(({ userId }) => userId));
      },
      { maxBatchSize: MAX_PARENTS },
    ),
    administeredGroups: new DataLoader(
      async (ids) => {
        const found = await groupAdmins(context, { of: 'user', ids: [...ids] });
        return ids.map((id) => found.filter(({ userId }) => userId === id).map(({ groupId }) => groupId));
      },
      { maxBatchSize: MAX_PARENTS },
    ),
    userCourses: new DataLoader(
      async (ids) => {
        const found = await userCourses(context, { userIds: [...ids] });
        return ids.map((id) => found.filter(({ userId }) => userId === id));
      },
      { maxBatchSize: MAX_PARENTS },
    ),
    groupCourses: new DataLoader(
      async (ids) => {
        const found = await groupCourses(context, { groupIds: [...ids] });
        return ids.map((id) => found.filter(({ groupId }) => groupId === id));
      },
      { maxBatchSize: MAX_PARENTS },
    ),
    bulkFailures: new DataLoader((keys) => loadBulkFailures(context, keys), {
      cacheKeyFn: failurePageOf,
      maxBatchSize: MAX_PARENTS,
    }),
    provenance: new DataLoader(
      async (ids) => {
        const found = await provenances(context, { ids: [...ids] });
        return ids.map((id) => found.get(id));
      },
      { maxBatchSize: MAX_PARENTS },
    ),
    scimConnection: new DataLoader(async (ids) => inOrder(ids, await scimConnections(context, {}))),
    scimCredentials: new DataLoader(async (ids) => {
      const found = await scimCredentials(context, { connectionIds: [...ids] });
      return ids.map((id) => found.filter((credential) => credential.connectionId === id));
    }),
    latestRequests: new DataLoader(
      async (ids) => {
        const found = await latestRequests(context, { connectionIds: [...ids] });
        return ids.map((id) => found.get(id));
      },
      { maxBatchSize: MAX_PARENTS },
    ),
    waitsForLicense: new DataLoader(async (userIds) => {
      const waiting = await licenseRequests(context, { userIds: [...userIds] });
      return userIds.map((id) => waiting.has(id));
    }),
    connectionFacts: new DataLoader(
      async (ids) => inOrder(ids, await connectionFacts(context, { connectionIds: [...ids] })),
      { maxBatchSize: MAX_PARENTS },
    ),
    mappingEvidence: new DataLoader(
      async (ids) => {
        const found = await mappingEvidence(context, { connectionIds: [...ids] });
        return ids.map((id) => found.get(id) ?? []);
      },
      { maxBatchSize: MAX_PARENTS },
    ),
    scimUrlOf,
  };
}

function inOrder<T extends { id: string }>(ids: readonly string[], rows: readonly T[]): (T | undefined)[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id));
}

const pageOf = ({ of, id, first, after }: MembershipPageKey): string => `${of} ${id} ${first} ${after ?? ''}`;

/** Rows of one list ask with the same arguments, so there is usually one batch; aliases make a few more. */
async function loadMemberships(context: Context, keys: readonly MembershipPageKey[]) {
  const pages = new Map<string, KeysetResult<MembershipRecord>>();
  const alike = Map.groupBy(keys, ({ of, first, after }) => `${of} ${first} ${after ?? ''}`);
  for (const batch of alike.values()) {
    const [{ of, first, after }] = batch as [MembershipPageKey, ...MembershipPageKey[]];
    const found = await memberships(context, { of, ids: batch.map(({ id }) => id), page: { first, after } });
    for (const key of batch) pages.set(pageOf(key), found.get(key.id) ?? { rows: [], hasNextPage: false });
  }
  return keys.map((key) => pages.get(pageOf(key)) ?? { rows: [], hasNextPage: false });
}

const failurePageOf = ({ id, first, after }: BulkFailurePageKey): string => `${id} ${first} ${after ?? ''}`;

async function loadBulkFailures(context: Context, keys: readonly BulkFailurePageKey[]) {
  const pages = new Map<string, KeysetResult<BulkFailure>>();
  for (const batch of Map.groupBy(keys, ({ first, after }) => `${first} ${after ?? ''}`).values()) {
    const [{ first, after }] = batch as [BulkFailurePageKey, ...BulkFailurePageKey[]];
    const found = await bulkFailures(context, { ids: batch.map(({ id }) => id), page: { first, after } });
    for (const key of batch)
      pages.set(failurePageOf(key), found.get(key.id) ?? { rows: [], hasNextPage: false });
  }
  return keys.map((key) => pages.get(failurePageOf(key)) ?? { rows: [], hasNextPage: false });
}

async function countMemberships(context: Context, keys: readonly Pick<MembershipPageKey, 'of' | 'id'>[]) {
  const totals = new Map<string, number>();
  for (const [of, batch] of Map.groupBy(keys, (key) => key.of)) {
    const found = await membershipCounts(context, { of, ids: batch.map(({ id }) => id) });
    for (const [id, total] of found) totals.set(`${of} ${id}`, total);
  }
  return keys.map(({ of, id }) => totals.get(`${of} ${id}`) ?? 0);
}

/** What some ids name, in their order; what is gone by now, or not the caller's to see, is left out. */
export async function loadSome<T>(
  loader: DataLoader<string, T | undefined>,
  ids: readonly string[],
): Promise<T[]> {
  const found = await loader.loadMany(ids);
  const failed = found.find((one) => one instanceof Error);
  if (failed) throw failed;
  return found.filter((one): one is Awaited<T> & T => one !== undefined && !(one instanceof Error));
}
