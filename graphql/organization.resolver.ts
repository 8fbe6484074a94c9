import { Arg, Ctx, FieldResolver, Int, Mutation, Query, Resolver } from 'type-graphql';
import { seatsBought } from '../src/licensing/licenses.queries.js';
import { organization } from '../src/organizations/organizations.queries.js';
import { updateOrganization } from '../src/organizations/update-organization.js';
import type { GraphqlContext } from './context.js';
import { OrganizationType, UpdateOrganizationInput } from './organization.graphql.js';

@Resolver(() => OrganizationType)
export class OrganizationResolver {
  @Query(() => OrganizationType, { description: "The caller's own organization." })
  organization(@Ctx() { context }: GraphqlContext): Promise<OrganizationType> {
    return organization(context, {});
  }

  @Mutation(() => OrganizationType, {
    description: 'Changes what the organization decides about itself. Its plan and seats are bought.',
  })
  updateOrganization(
    @Ctx() { context }: GraphqlContext,
    @Arg('input', () => UpdateOrganizationInput, { description: 'What to change.' })
    input: UpdateOrganizationInput,
  ): Promise<OrganizationType> {
    return updateOrganization(context, input);
  }

  @FieldResolver(() => Int, {
    description: 'How many people may hold a standard license at once; `licenses` says more.',
  })
  seats(@Ctx() { context }: GraphqlContext): Promise<number> {
    return seatsBought(context, {});
  }
}
