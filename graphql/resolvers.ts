import type { NonEmptyArray } from 'type-graphql';
import { ApiTokenResolver } from './api-token.resolver.js';
import { ApprovedDomainResolver } from './approved-domain.resolver.js';
import { BulkChangeResolver } from './bulk-change.resolver.js';
import { GroupCourseResolver, UserCourseResolver, UserCourseSourceResolver } from './course.resolver.js';
import { DepartureResolver } from './departure.resolver.js';
import { GroupResolver, MembershipChangeResolver } from './group.resolver.js';
import { GroupMembersResolver } from './group-members.resolver.js';
import { InvitationResolver } from './invitation.resolver.js';
import { InvitationBatchResolver } from './invitation-batch.resolver.js';
import { LicenseResolver, UserLicenseResolver } from './license.resolver.js';
import { LiveResolver } from './live.resolver.js';
import { MailResolver } from './mail.resolver.js';
import { NodeResolver } from './node.resolver.js';
import { OperatorResolver } from './operator.resolver.js';
import { OrganizationResolver } from './organization.resolver.js';
import { ManagerCountResolver, PeopleResolver } from './people.resolver.js';
import { ExplainResolver, PersonHistoryResolver } from './person-history.resolver.js';
import { ProvisioningResolver } from './provisioning.resolver.js';
import { ProvisioningLogResolver, ScimConnectionLogResolver } from './provisioning-log.resolver.js';
import { GroupAdminResolver, GroupRoleResolver, UserRoleResolver } from './role.resolver.js';
import { ScimConnectionResolver } from './scim-connection.resolver.js';
import { ScimHealthResolver } from './scim-health.resolver.js';
import { ScimSetupResolver } from './scim-setup.resolver.js';
import { SessionResolver } from './session.resolver.js';
import { SsoConnectionResolver } from './sso-connection.resolver.js';
import { UserResolver } from './user.resolver.js';
import { VisitorResolver } from './visitor.resolver.js';

/** Everything the schema is made of; a resolver that is not listed does not exist. */
export const resolvers: NonEmptyArray<new () => object> = [
  OrganizationResolver,
  UserResolver,
  PeopleResolver,
  ManagerCountResolver,
  PersonHistoryResolver,
  ExplainResolver,
  DepartureResolver,
  GroupResolver,
  MembershipChangeResolver,
  InvitationResolver,
  InvitationBatchResolver,
  MailResolver,
  ApprovedDomainResolver,
  LicenseResolver,
  UserLicenseResolver,
  ScimConnectionResolver,
  ScimSetupResolver,
  ScimHealthResolver,
  ApiTokenResolver,
  ProvisioningResolver,
  ProvisioningLogResolver,
  ScimConnectionLogResolver,
  SsoConnectionResolver,
  SessionResolver,
  GroupMembersResolver,
  GroupAdminResolver,
  GroupRoleResolver,
  UserRoleResolver,
  GroupCourseResolver,
  UserCourseResolver,
  UserCourseSourceResolver,
  BulkChangeResolver,
  NodeResolver,
  LiveResolver,
  VisitorResolver,
  OperatorResolver,
];
