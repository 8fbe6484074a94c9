import { Arg, Args, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import { issueFirstApiToken } from '../src/access/issue-first-api-token.js';
import { atNewOrganization, atOrganization } from '../src/organizations/at-organization.js';
import { createOrganization } from '../src/organizations/create-organization.js';
import { organizationCount, organizations } from '../src/organizations/organizations.queries.js';
import { updatePlan } from '../src/organizations/update-plan.js';
import { ConnectionArgs, type ConnectionOf, toConnection } from './connection.js';
import type { GraphqlContext } from './context.js';
import {
  CreatedOrganizationType,
  CreateOrganizationInput,
  IssuedFirstApiTokenType,
  SoldOrganizationConnection,
  type SoldOrganizationType,
  UpdatedPlanType,
  UpdatePlanInput,
} from './operator.graphql.js';

/** What whoever sells the product does, with an operator token (docs/decisions/0053). */
@Resolver()
export class OperatorResolver {
  @Query(() => SoldOrganizationConnection, {
    description: 'For operators: every organization and what it bought, by slug.',
  })
  async organizations(
    @Ctx() { context }: GraphqlContext,
    @Args(() => ConnectionArgs) { first, after }: ConnectionArgs,
  ): Promise<ConnectionOf<SoldOrganizationType>> {
    return toConnection(await organizations(context, { page: { first, after } }), {
      after,
      id: (row) => row.id,
      node: (row) => row,
      totalCount: () => organizationCount(context, {}),
    });
  }

  @Mutation(() => CreatedOrganizationType, {
    description:
      'For operators: creates an organization with its owner. CONFLICT when the slug is taken. With an Idempotency-Key it happens once, whatever becomes of the connection.',
  })
  createOrganization(
    @Ctx() { context }: GraphqlContext,
    @Arg('input', () => CreateOrganizationInput, { description: 'What was sold, and to whom.' })
    input: CreateOrganizationInput,
  ): Promise<CreatedOrganizationType> {
    return createOrganization(atNewOrganization(context), input);
  }

  @Mutation(() => UpdatedPlanType, {
    description:
      'For operators: changes the plan and the seats of an organization. CONFLICT below the licenses that are taken, and away from ENTERPRISE while an identity provider provisions.',
  })
  async updatePlan(
    @Ctx() { context }: GraphqlContext,
    @Arg('input', () => UpdatePlanInput, { description: 'Which organization, and what it buys from now on.' })
    { organization, ...input }: UpdatePlanInput,
  ): Promise<UpdatedPlanType> {
    return updatePlan(await atOrganization(context, organization), input);
  }

  @Mutation(() => IssuedFirstApiTokenType, {
    description:
      "For operators: the owner's API token of a new organization, for 7 days. Once: FORBIDDEN when an API token was ever issued there, or people besides the owner are there.",
  })
  async issueFirstApiToken(
    @Ctx() { context }: GraphqlContext,
    @Arg('organization', () => String, { description: 'The slug of the organization.' }) organization: string,
  ): Promise<IssuedFirstApiTokenType> {
    return issueFirstApiToken(await atOrganization(context, organization), {});
  }
}
