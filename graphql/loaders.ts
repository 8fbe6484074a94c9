import DataLoader from 'dataloader';
import { groupsById } from '../src/directory/groups.queries.js';
import { MAX_PARENTS, membershipCounts, memberships } from '../src/directory/memberships.queries.js';
import type { GroupRecord, MembershipRecord, UserRecord } from '../src/directory/shapes.js';
import { usersById } from '../src/directory/users.queries.js';
import type { Context } from '../src/kernel/context.js';
import type { KeysetResult } from '../src/kernel/page.js';
import { scimConnections, scimCredentials } from '../src/provisioning/connections.queries.js';
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

/** One batch for every relation, however many rows of a list ask for it. */
export interface Loaders {
  readonly user: DataLoader<string, UserRecord | undefined>;
  readonly group: DataLoader<string, GroupRecord | undefined>;
  readonly memberships: DataLoader<MembershipPageKey, KeysetResult<MembershipRecord>, string>;
  readonly membershipCount: DataLoader<Pick<MembershipPageKey, 'of' | 'id'>, number, string>;
  readonly scimConnection: DataLoader<string, ScimConnection | undefined>;
  readonly scimCredentials: DataLoader<string, ScimCredential[]>;
  readonly latestRequests: DataLoader<string, LatestRequests | undefined>;
}

/** Fresh for each request: what they cache is what this caller may see. */
export function createLoaders(context: Context): Loaders {
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

async function countMemberships(context: Context, keys: readonly Pick<MembershipPageKey, 'of' | 'id'>[]) {
  const totals = new Map<string, number>();
  for (const [of, batch] of Map.groupBy(keys, (key) => key.of)) {
    const found = await membershipCounts(context, { of, ids: batch.map(({ id }) => id) });
    for (const [id, total] of found) totals.set(`${of} ${id}`, total);
  }
  return keys.map(({ of, id }) => totals.get(`${of} ${id}`) ?? 0);
}
