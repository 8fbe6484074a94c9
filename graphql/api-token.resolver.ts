import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { apiTokenCount, apiTokens } from '../src/access/api-tokens.queries.js';
import { issueApiToken } from '../src/access/issue-api-token.js';
import { revokeApiToken } from '../src/access/revoke-api-token.js';
import {
  ApiTokenConnection,
  ApiTokenType,
  IssueApiTokenArgs,
  IssuedApiTokenType,
} from './api-token.graphql.js';
import { ConnectionArgs, type ConnectionOf, toConnection } from './connection.js';
import type { GraphqlContext } from './context.js';
import { UserType } from './user.graphql.js';

@Resolver(() => ApiTokenType)
export class ApiTokenResolver {
  @Query(() => ApiTokenConnection, {
    description: 'The API tokens of the organization, oldest first, the ended ones too.',
  })
  async apiTokens(
    @Ctx() { context }: GraphqlContext,
    @Args(() => ConnectionArgs) { first, after }: ConnectionArgs,
  ): Promise<ConnectionOf<ApiTokenType>> {
    return toConnection(await apiTokens(context, { page: { first, after } }), {
      after,
      id: (row) => row.id,
      node: (row) => row,
      totalCount: () => apiTokenCount(context, {}),
    });
  }

  @Mutation(() => IssuedApiTokenType, {
    description: 'Issues a token for this API: as a service with a role, or as a person.',
  })
  issueApiToken(
    @Ctx() { context }: GraphqlContext,
    @Args(() => IssueApiTokenArgs) args: IssueApiTokenArgs,
  ): Promise<IssuedApiTokenType> {
    return issueApiToken(context, args);
  }

  @Mutation(() => ID, { description: 'Ends an API token from the next request on.' })
  revokeApiToken(
    @Ctx() { context }: GraphqlContext,
    @Arg('id', () => ID, { description: 'Which token.' }) id: string,
  ): Promise<string> {
    return revokeApiToken(context, { id });
  }

  @FieldResolver(() => UserType, {
    nullable: true,
    description: 'The person it acts as; null for a service.',
  })
  user(@Ctx() { loaders }: GraphqlContext, @Root() { userId }: ApiTokenType) {
    return userId === null ? null : loaders.user.load(userId);
  }
}
