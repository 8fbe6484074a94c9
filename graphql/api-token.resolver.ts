import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import { issueApiToken } from '../src/access/issue-api-token.js';
import { revokeApiToken } from '../src/access/revoke-api-token.js';
import type { Role } from '../src/kernel/permissions.js';
import { IssuedApiTokenType } from './api-token.graphql.js';
import type { GraphqlContext } from './context.js';
import { RoleEnum } from './user.graphql.js';

@Resolver()
export class ApiTokenResolver {
  @Mutation(() => IssuedApiTokenType, {
    description: 'Issues a token for this API with the permissions of a role.',
  })
  issueApiToken(
    @Ctx() { context }: GraphqlContext,
    @Arg('role', () => RoleEnum, { description: "Not above the caller's own." }) role: Role,
  ): Promise<IssuedApiTokenType> {
    return issueApiToken(context, { role });
  }

  @Mutation(() => ID, { description: 'Ends an API token from the next request on.' })
  revokeApiToken(
    @Ctx() { context }: GraphqlContext,
    @Arg('id', () => ID, { description: 'Which token.' }) id: string,
  ): Promise<string> {
    return revokeApiToken(context, { id });
  }
}
