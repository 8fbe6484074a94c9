import { Ctx, Query, Resolver } from 'type-graphql';
import { organization } from '../src/organizations/organizations.queries.js';
import type { GraphqlContext } from './context.js';
import { OrganizationType } from './organization.graphql.js';

@Resolver(() => OrganizationType)
export class OrganizationResolver {
  @Query(() => OrganizationType, { description: "The caller's own organization." })
  organization(@Ctx() { context }: GraphqlContext): Promise<OrganizationType> {
    return organization(context, {});
  }
}
