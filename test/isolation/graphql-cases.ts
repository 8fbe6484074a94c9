import { toCursor } from '../../src/kernel/page.js';
import { makeSigningKey } from '../signin/certificate.js';
import { providerMetadata } from '../signin/saml-provider.js';
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
    { managedBy: { connectionIds: [ids.connection] }, orderBy: { field: 'NAME' } },
  ],
  explainMembership: ({ ids }) => [{ userId: ids.user, groupId: ids.group }],
  explainUser: ({ ids }) => [{ userId: ids.user }],
  userFacets: ({ ids }) => [{ managedBy: { connectionIds: [ids.connection] } }],
  user: ({ ids }) => [{ id: ids.user }, { id: ids.person }, { id: ids.owner }],
  groups: ({ ids }) => [{ filter: `id eq "${ids.circle}" or members.value eq "${ids.user}"` }],
  group: ({ ids }) => [{ id: ids.group }, { id: ids.circle }],
  membershipChange: ({ ids }) => [{ id: ids.change }],
  invitation: ({ ids }) => [{ id: ids.invitation }],
  invitations: ({ ids }) => [{}, { state: 'PENDING', after: toCursor(ids.invitation) }],
  invitationBatch: ({ ids }) => [{ id: ids.batch }],
  mails: ({ ids }) => [{}, { state: 'QUEUED', after: toCursor(ids.invitation) }],
  licenses: () => [{}],
  approvedDomains: () => [{}],
  scimConnections: () => [{}],
  apiTokens: () => [{}],
  bulkChange: ({ ids }) => [{ id: ids.bulkChange }],
  bulkChanges: () => [{}],
  node: ({ ids }) => [ids.user, ids.group, ids.change, ids.invitation, ids.connection].map((id) => ({ id })),
  scimConnection: ({ ids }) => [{ id: ids.connection }],
  scimHealth: () => [{ language: 'DE' }],
  provisioningLog: ({ ids }) => [{ filter: { connectionId: ids.connection, targetId: ids.user } }],

  updateOrganization: ({ organization }) => [{ input: { name: `Renamed ${organization.slug}` } }],
  assignLicense: ({ ids }) => [{ input: { userId: ids.person, license: 'STANDARD' } }],
  giveBackLicense: ({ ids }) => [{ userId: ids.person }],
  approveDomain: ({ organization }) => [{ domain: `late-${organization.slug}.example` }],
  removeApprovedDomain: ({ ids }) => [{ id: ids.domain }],
  updateUser: ({ ids }) => [{ input: { id: ids.person, title: 'taken over' } }],
  changeUserRole: ({ ids }) => [{ input: { id: ids.person, role: 'ADMIN' } }],
  deactivateUser: ({ ids }) => [{ id: ids.person }],
  reactivateUser: ({ ids }) => [{ id: ids.person }],
  assignGroupAdmin: ({ ids }) => [{ input: { groupId: ids.circle, userId: ids.person } }],
  revokeGroupAdmin: ({ ids }) => [{ input: { groupId: ids.circle, userId: ids.person } }],
  addGroupMembers: ({ ids }) => [{ input: { groupId: ids.circle, userIds: [ids.user, ids.colleague] } }],
  removeGroupMembers: ({ ids }) => [{ input: { groupId: ids.circle, userIds: [ids.person] } }],
  setGroupCourses: ({ ids }) => [
    { input: { groupId: ids.circle, courses: [{ id: 'c2', name: 'taken over' }] } },
  ],
  setUserCourses: ({ ids }) => [
    { input: { userId: ids.person, courses: [{ id: 'c2', name: 'taken over' }] } },
  ],
  bulkDeactivateUsers: ({ ids }) => [{ input: { userIds: [ids.person] } }],
  bulkReactivateUsers: ({ ids }) => [{ input: { userIds: [ids.person] } }],
  bulkAssignToGroup: ({ ids }) => [{ input: { groupId: ids.circle, userIds: [ids.colleague] } }],
  cancelBulkChange: ({ ids }) => [{ id: ids.bulkChange }],
  eraseUser: ({ organization, ids }) => [
    { input: { userId: ids.leaver, confirmation: `leaver@${organization.slug}.example` } },
    { input: { userId: ids.user, confirmation: 'taken over' } },
  ],
  releaseUser: ({ ids }) => [{ input: { userId: ids.user } }],
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
  inviteUsers: ({ organization, ids }) => [
    {
      input: {
        emails: [`crew@${organization.slug}.example`],
        groupIds: [ids.group, ids.circle],
        courses: [{ id: 'c1', name: 'Course' }],
      },
    },
  ],
  resendInvitation: ({ ids }) => [{ id: ids.invitation }],
  revokeInvitation: ({ ids }) => [{ id: ids.invitation }],
  startScimSetup: () => [{ input: { provider: 'OKTA', label: 'new' } }],
  updateScimConnection: ({ ids }) => [{ input: { connectionId: ids.connection, label: 'taken over' } }],
  rotateScimCredential: ({ ids }) => [{ input: { credentialId: ids.bearer } }],
  connectScim: () => [{ input: { provider: 'CUSTOM' } }],
  disconnectScim: ({ ids }) => [{ connectionId: ids.connection }],
  issueScimCredential: ({ ids }) => [{ input: { connectionId: ids.connection, label: 'taken over' } }],
  revokeScimCredential: ({ ids }) => [{ id: ids.credential }],
  issueApiToken: ({ ids }) => [{ userId: ids.person }, { role: 'USER' }],
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
  ssoConnections: () => [{}],
  ssoServiceProvider: () => [{}],
  previewSso: ({ organization }) => [{ input: { saml: { metadata: metadataOf(organization.slug) } } }],
  ssoTestUrl: ({ ids }) => [{ connectionId: ids.ssoConnection }],
  signInAttempts: ({ ids }) => [{ connectionId: ids.ssoConnection }],
  sessions: ({ ids }) => [{ userId: ids.person }],
  connectSso: ({ organization }) => [{ input: { saml: { metadata: metadataOf(organization.slug) } } }],
  updateSso: ({ ids }) => [{ input: { id: ids.ssoConnection, name: 'taken over' } }],
  linkIdentity: ({ ids }) => [
    { input: { userId: ids.person, connectionId: ids.ssoConnection, subject: 'taken over' } },
  ],
  revokeSession: ({ ids }) => [{ id: ids.session }],
  revokeSessions: ({ ids }) => [{ userId: ids.person }],
  disableSso: ({ ids }) => [{ id: ids.ssoConnection }],
  deprovisionGroup: ({ ids }) => [{ input: { connectionId: ids.connection, id: ids.group } }],
  // A credential of whatever organization is of no use here.
  landingPage: ({ organization }) => [{ organization: organization.slug }],
  mailedLink: () => [{ purpose: 'INVITATION', token: 'taken over' }],
  requestAccess: ({ organization }) => [
    { input: { organization: organization.slug, email: `late@${organization.slug}.example` } },
  ],
  acceptInvitation: () => [{ input: NEWCOMER }],
  registerUser: () => [{ input: NEWCOMER }],
  // For operators: no credential of an organization is of use here.
  organizations: () => [{}],
  createOrganization: ({ organization }) => [
    {
      input: {
        slug: `new-${organization.slug}`,
        name: 'New',
        plan: 'TEAM',
        seats: 5,
        proSeats: 0,
        ownerEmail: `owner@new-${organization.slug}.example`,
      },
    },
  ],
  updatePlan: ({ organization }) => [{ input: { organization: organization.slug, seats: 200 } }],
  issueFirstApiToken: ({ organization }) => [{ organization: organization.slug }],
};

const NEWCOMER = { token: 'taken over', givenName: 'Taken', familyName: 'Over', password: 'taken over' };

/** The same for every field of Subscription. */
export const STREAM_CASES: Readonly<Record<string, (world: World) => Variables[]>> = {
  provisioningEvents: ({ ids }) => [{ connectionId: ids.connection }],
  membershipChangeProgress: ({ ids }) => [{ id: ids.change }],
  bulkChangeProgress: ({ ids }) => [{ id: ids.bulkChange }],
  invitationBatchProgress: ({ ids }) => [{ id: ids.batch }],
  connectionHealth: ({ ids }) => [{ connectionId: ids.connection }],
};

const signingKey = makeSigningKey();

function metadataOf(slug: string): string {
  return providerMetadata(`https://new.${slug}.example`, `https://new.${slug}.example/sso`, signingKey);
}

/** Ids that another system chose: text that names nothing here. */
export const OPAQUE = new Set([
  'inviteUser.input.courses.id',
  'inviteUsers.input.courses.id',
  'setGroupCourses.input.courses.id',
  'setUserCourses.input.courses.id',
]);

/** Where somebody absent is no error (B29). */
export const ABSENT_IS_FINE = new Set([
  'users.managedBy.connectionIds',
  'userFacets.managedBy.connectionIds',
  'provisioningLog.filter.connectionId',
  'provisioningLog.filter.targetId',
  'updateGroup.input.removeUserIds',
  'removeGroupMembers.input.userIds',
  // Somebody who is nobody here is one of the change's failures.
  'bulkDeactivateUsers.input.userIds',
  'bulkReactivateUsers.input.userIds',
  'bulkAssignToGroup.input.userIds',
  'updateProvisionedGroup.input.members.remove',
]);
