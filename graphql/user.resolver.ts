import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { updateUser } from '../src/directory/update-user.js';
import { user, userCount, users } from '../src/directory/users.queries.js';
import { ConnectionArgs, type ConnectionOf, toConnection } from './connection.js';
import type { GraphqlContext } from './context.js';
import { UserGroupConnection } from './membership.graphql.js';
import { userGroups } from './membership-page.js';
import { ScimConnectionType } from './scim-connection.graphql.js';
import { UpdateUserInput, UserConnection, UserType } from './user.graphql.js';

@Resolver(() => UserType)
export class UserResolver {
  @Query(() => UserConnection, { description: 'The people of the organization, oldest first.' })
  async users(
    @Ctx() { context }: GraphqlContext,
    @Args(() => ConnectionArgs) { first, after }: ConnectionArgs,
    @Arg('filter', () => String, {
      nullable: true,
      description: 'A SCIM filter, such as `userName sw "a" and active eq true`.',
    })
    filter?: string | null,
  ): Promise<ConnectionOf<UserType>> {
    return toConnection(await users(context, { filter, page: { first, after } }), {
      after,
      id: (row) => row.id,
      node: (row) => row,
      totalCount: () => userCount(context, { filter }),
    });
  }

  @Query(() => UserType, { description: 'One person.' })
  async user(
    @Ctx() { context }: GraphqlContext,
    @Arg('id', () => ID, { description: 'The id of the person.' }) id: string,
  ): Promise<UserType> {
    return (await user(context, { id, withGroups: false })).user;
  }

  @Mutation(() => UserType, {
    description: 'Changes an ordinary person. SCIM_MANAGED for a provisioned one.',
  })
  updateUser(
    @Ctx() { context }: GraphqlContext,
    @Arg('input', () => UpdateUserInput, { description: 'Whom and what to change.' }) input: UpdateUserInput,
  ): Promise<UserType> {
    return updateUser(context, input);
  }

  @FieldResolver(() => UserGroupConnection, {
    description: 'The groups this person is in, is joining or is leaving.',
  })
  groups(
    @Ctx() { loaders }: GraphqlContext,
    @Root() { id }: UserType,
    @Args(() => ConnectionArgs) page: ConnectionArgs,
  ): Promise<UserGroupConnection> {
    return userGroups(loaders, id, page);
  }

  @FieldResolver(() => ScimConnectionType, {
    nullable: true,
    description: 'The SCIM connection that manages this person; null for an ordinary one.',
  })
  scimConnection(@Ctx() { loaders }: GraphqlContext, @Root() { connectionId }: UserType) {
    return connectionId === null ? null : loaders.scimConnection.load(connectionId);
  }
}
