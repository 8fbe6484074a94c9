import type { MembershipRecord } from '../src/directory/shapes.js';
import { type ConnectionArgs, toConnection } from './connection.js';
import type { Loaders } from './loaders.js';
import type { GroupMemberConnection, UserGroupConnection } from './membership.graphql.js';

/** The members of a group, with the state of each. */
export const groupMembers = (
  loaders: Loaders,
  groupId: string,
  page: ConnectionArgs,
): Promise<GroupMemberConnection> =>
  membershipPage(loaders, { of: 'group', id: groupId }, page, async ({ userId }) =>
    loaders.user.load(userId),
  );

/** The groups of a person, with the state of each. */
export const userGroups = (
  loaders: Loaders,
  userId: string,
  page: ConnectionArgs,
): Promise<UserGroupConnection> =>
  membershipPage(loaders, { of: 'user', id: userId }, page, async ({ groupId }) =>
    loaders.group.load(groupId),
  );

async function membershipPage<Node>(
  loaders: Loaders,
  parent: { of: 'group' | 'user'; id: string },
  { first, after }: ConnectionArgs,
  nodeOf: (membership: MembershipRecord) => Promise<Node | undefined>,
) {
  const result = await loaders.memberships.load({ ...parent, first, after });
  const { edges, ...page } = toConnection(result, {
    after,
    id: (row) => (parent.of === 'group' ? row.userId : row.groupId),
    node: (row) => row,
    totalCount: () => loaders.membershipCount.load(parent),
  });
  const all = await Promise.all(
    edges.map(async ({ cursor, node: { state, acceptedAt, appliedAt, ...ids } }) => {
      const node = await nodeOf({ state, acceptedAt, appliedAt, ...ids });
      return node && { cursor, state, acceptedAt, appliedAt, node };
    }),
  );
  // Whoever or whatever was deleted since the memberships were read is gone from the page as well.
  return { ...page, edges: all.filter((edge) => edge !== undefined) };
}
