import { toCursor } from '../../src/kernel/page.js';
import type { World } from './world.js';

export type Variables = Record<string, unknown>;

/**
 * For every field of Query and Mutation, arguments that make sense with the ids of one organization. Between them they
 * fill every id the field can take. A field that is not here fails the build.
 */
export const GRAPHQL_CASES: Readonly<Record<string, (world: World) => Variables[]>> = {
  organization: () => [{}],
  users: ({ ids }) => [
    { filter: `id eq "${ids.user}" or groups.value eq "${ids.group}"` },
    { filter: `userName pr`, after: toCursor(ids.user) },
  ],
  user: ({ ids }) => [{ id: ids.user }, { id: ids.person }, { id: ids.owner }],
  groups: ({ ids }) => [{ filter: `id eq "${ids.circle}" or members.value eq "${ids.user}"` }],
  group: ({ ids }) => [{ id: ids.group }, { id: ids.circle }],
  membershipChange: ({ ids }) => [{ id: ids.change }],
  invitation: ({ ids }) => [{ id: ids.invitation }],
  scimConnections: () => [{}],
  provisioningLog: ({ ids }) => [{ filter: { connectionId: ids.connection, targetId: ids.user } }],

  updateUser: ({ ids }) => [{ input: { id: ids.person, title: 'taken over' } }],
  createGroup: ({ organization }) => [{ input: { displayName: `New group of ${organization.slug}` } }],
  updateGroup: ({ ids }) => [
    {
      input: {
        id: ids.circle,
        displayName: 'taken over',
        addUserIds: [ids.user],
        removeUserIds: [ids.person],
      },
    },
  ],
  deleteGroup: ({ ids }) => [{ id: ids.circle }],
  inviteUser: ({ organization, ids }) => [
    {
      input: {
        email: `newcomer@${organization.slug}.example`,
        groupIds: [ids.group, ids.circle],
        courses: [{ id: 'c1', name: 'Course' }],
      },
    },
  ],
  connectScim: () => [{ input: { provider: 'CUSTOM' } }],
  disconnectScim: ({ ids }) => [{ connectionId: ids.connection }],
  issueScimCredential: ({ ids }) => [{ input: { connectionId: ids.connection, label: 'taken over' } }],
  revokeScimCredential: ({ ids }) => [{ id: ids.credential }],
  issueApiToken: () => [{ role: 'USER' }],
  revokeApiToken: ({ ids }) => [{ id: ids.token }],
  provisionUser: ({ organization, ids }) => [
    {
      input: {
        connectionId: ids.connection,
        userName: `late@${organization.slug}.example`,
        email: `late@${organization.slug}.example`,
        externalId: `late-${organization.slug}`,
      },
    },
  ],
  updateProvisionedUser: ({ ids }) => [
    { input: { connectionId: ids.connection, id: ids.user, change: { title: 'taken over' } } },
  ],
  deprovisionUser: ({ ids }) => [{ input: { connectionId: ids.connection, id: ids.user } }],
  provisionGroup: ({ organization, ids }) => [
    {
      input: {
        connectionId: ids.connection,
        displayName: `Late group of ${organization.slug}`,
        members: [ids.user, ids.colleague],
      },
    },
  ],
  updateProvisionedGroup: ({ ids }) => [
    {
      input: {
        connectionId: ids.connection,
        id: ids.group,
        members: { add: [ids.colleague], remove: [ids.user] },
      },
    },
    { input: { connectionId: ids.connection, id: ids.group, members: { replace: [ids.colleague] } } },
  ],
  deprovisionGroup: ({ ids }) => [{ input: { connectionId: ids.connection, id: ids.group } }],
};

/** Ids that another system chose: text that names nothing here. */
export const OPAQUE = new Set(['inviteUser.input.courses.id']);

/** Where somebody absent is no error (B29). */
export const ABSENT_IS_FINE = new Set([
  'provisioningLog.filter.connectionId',
  'provisioningLog.filter.targetId',
  'updateGroup.input.removeUserIds',
  'updateProvisionedGroup.input.members.remove',
]);
