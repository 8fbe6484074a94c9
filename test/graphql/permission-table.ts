import type { Variables } from '../isolation/graphql-cases.js';
import type { World } from '../isolation/world.js';

/** Who asks, in the order of the columns. The arguments are the same for all: ids of one organization. */
export const CALLERS = [
  'owner',
  'admin',
  'groupAdmin',
  'groupAdminElsewhere',
  'user',
  'narrowedToken',
  'ownerElsewhere',
] as const;
export type Caller = (typeof CALLERS)[number];

/**
 * B33, cell by cell. A: allowed, F: FORBIDDEN, N: NOT_FOUND. One line for each field of Query and Mutation, seven letters:
 * an owner, an admin, a group admin of the groups asked about, a group admin of another group, an ordinary user, an
 * owner's token narrowed to `organization:read`, and the owner of another organization. The arguments are the first case
 * of `isolation/graphql-cases.ts`, unless ARGUMENTS has others. A field without a line fails the build.
 */
export const PERMISSION_TABLE: Readonly<Record<string, string>> = {
  //                      owner admin group elsewhere user narrowed other organization
  organization: '           A     A     A     A         A    A        A',
  users: '                  A     A     F     F         F    F        A',
  user: '                   A     A     A     N         F    F        N',
  groups: '                 A     A     A     A         F    F        A',
  group: '                  A     A     A     N         F    F        N',
  membershipChange: '       A     A     A     N         F    F        N',
  invitation: '             A     A     F     F         F    F        N',
  scimConnections: '        A     A     F     F         F    F        A',
  provisioningLog: '        A     A     F     F         F    F        A',
  apiTokens: '              A     A     F     F         F    F        A',
  bulkChange: '             A     A     F     F         F    F        N',
  bulkChanges: '            A     A     F     F         F    F        A',
  userFacets: '             A     A     F     F         F    F        A',
  explainUser: '            A     A     F     F         F    F        N',
  explainMembership: '      A     A     F     F         F    F        N',
  node: '                   A     A     A     N         F    F        N',
  invitations: '            A     A     F     F         F    F        A',
  invitationBatch: '        A     A     F     F         F    F        N',
  mails: '                  A     A     F     F         F    F        A',
  licenses: '               A     A     F     F         F    F        A',
  approvedDomains: '        A     A     F     F         F    F        A',
  scimConnection: '         A     A     F     F         F    F        N',
  scimHealth: '             A     A     F     F         F    F        A',
  ssoConnections: '         A     A     F     F         F    F        A',
  ssoServiceProvider: '     A     A     F     F         F    F        A',
  previewSso: '             A     A     F     F         F    F        A',
  ssoTestUrl: '             A     A     F     F         F    F        N',
  signInAttempts: '         A     A     F     F         F    F        N',
  sessions: '               A     A     F     F         F    F        N',

  updateUser: '             A     A     F     F         F    F        N',
  changeUserRole: '         A     A     F     F         F    F        N',
  deactivateUser: '         A     A     F     F         F    F        N',
  reactivateUser: '         A     A     F     F         F    F        N',
  setUserCourses: '         A     A     F     F         F    F        N',
  createGroup: '            A     A     F     F         F    F        A',
  updateGroup: '            A     A     F     F         F    F        N',
  deleteGroup: '            A     A     F     F         F    F        N',
  addGroupMembers: '        A     A     A     N         F    F        N',
  removeGroupMembers: '     A     A     A     N         F    F        N',
  setGroupCourses: '        A     A     F     F         F    F        N',
  assignGroupAdmin: '       A     A     F     F         F    F        N',
  revokeGroupAdmin: '       A     A     F     F         F    F        N',
  bulkDeactivateUsers: '    A     A     F     F         F    F        A',
  bulkReactivateUsers: '    A     A     F     F         F    F        A',
  bulkAssignToGroup: '      A     A     F     F         F    F        N',
  cancelBulkChange: '       A     A     F     F         F    F        N',
  inviteUser: '             A     A     A     N         F    F        N',
  issueApiToken: '          A     A     F     F         F    F        N',
  revokeApiToken: '         A     A     F     F         F    F        N',
  connectSso: '             A     A     F     F         F    F        A',
  updateSso: '              A     A     F     F         F    F        N',
  disableSso: '             A     A     F     F         F    F        N',
  linkIdentity: '           A     A     F     F         F    F        N',
  revokeSession: '          A     A     F     F         F    F        N',
  revokeSessions: '         A     A     F     F         F    F        N',
  connectScim: '            A     A     F     F         F    F        A',
  disconnectScim: '         A     A     F     F         F    F        N',
  issueScimCredential: '    A     A     F     F         F    F        N',
  updateOrganization: '     A     A     F     F         F    F        A',
  assignLicense: '          A     A     F     F         F    F        N',
  giveBackLicense: '        A     A     F     F         F    F        N',
  approveDomain: '          A     A     F     F         F    F        A',
  removeApprovedDomain: '   A     A     F     F         F    F        N',
  inviteUsers: '            A     A     F     F         F    F        N',
  resendInvitation: '       A     A     F     F         F    F        N',
  revokeInvitation: '       A     A     F     F         F    F        N',
  eraseUser: '              A     A     F     F         F    F        N',
  releaseUser: '            A     A     F     F         F    F        N',
  startScimSetup: '         A     A     F     F         F    F        A',
  updateScimConnection: '   A     A     F     F         F    F        N',
  rotateScimCredential: '   A     A     F     F         F    F        N',
  revokeScimCredential: '   A     A     F     F         F    F        N',
  provisionUser: '          A     A     F     F         F    F        N',
  updateProvisionedUser: '  A     A     F     F         F    F        N',
  deprovisionUser: '        A     A     F     F         F    F        N',
  provisionGroup: '         A     A     F     F         F    F        N',
  updateProvisionedGroup: ' A     A     F     F         F    F        N',
  deprovisionGroup: '       A     A     F     F         F    F        N',

  // For visitors: who has a credential is told to come without it (`visitors.test.ts`).
  landingPage: '            F     F     F     F         F    F        F',
  mailedLink: '             F     F     F     F         F    F        F',
  requestAccess: '          F     F     F     F         F    F        F',
  acceptInvitation: '       F     F     F     F         F    F        F',
  registerUser: '           F     F     F     F         F    F        F',

  // For operators, whose tokens are refused everything else (OPERATOR_FIELDS).
  organizations: '          F     F     F     F         F    F        F',
  createOrganization: '     F     F     F     F         F    F        F',
  updatePlan: '             F     F     F     F         F    F        F',
  issueFirstApiToken: '     F     F     F     F         F    F        F',
};

/** The column of operators: allowed here, FORBIDDEN everywhere else (`operators.test.ts`). */
export const OPERATOR_FIELDS: ReadonlySet<string> = new Set([
  'organizations',
  'createOrganization',
  'updatePlan',
  'issueFirstApiToken',
]);

/** Arguments that every caller who may use the field at all may use it with. */
export const ARGUMENTS: Readonly<Record<string, (world: World) => Variables>> = {
  // A group admin adds whom they can read.
  addGroupMembers: ({ ids }) => ({ input: { groupId: ids.circle, userIds: [ids.user] } }),
  inviteUser: ({ organization, ids }) => ({
    input: { email: `newcomer@${organization.slug}.example`, groupIds: [ids.circle] },
  }),
};
