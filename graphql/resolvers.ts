import type { NonEmptyArray } from 'type-graphql';
import { ApiTokenResolver } from './api-token.resolver.js';
import { GroupResolver, MembershipChangeResolver } from './group.resolver.js';
import { InvitationResolver } from './invitation.resolver.js';
import { OrganizationResolver } from './organization.resolver.js';
import { ProvisioningResolver } from './provisioning.resolver.js';
import { ProvisioningLogResolver, ScimConnectionLogResolver } from './provisioning-log.resolver.js';
import { ScimConnectionResolver } from './scim-connection.resolver.js';
import { UserResolver } from './user.resolver.js';

/** Everything the schema is made of; a resolver that is not listed does not exist. */
export const resolvers: NonEmptyArray<new () => object> = [
  OrganizationResolver,
  UserResolver,
  GroupResolver,
  MembershipChangeResolver,
  InvitationResolver,
  ScimConnectionResolver,
  ApiTokenResolver,
  ProvisioningResolver,
  ProvisioningLogResolver,
  ScimConnectionLogResolver,
];
