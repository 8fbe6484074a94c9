import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { deactivateUser } from '../src/directory/deactivate-user.js';
import { reactivateUser } from '../src/directory/reactivate-user.js';
import { updateUser } from '../src/directory/update-user.js';
import { user } from '../src/directory/users.queries.js';
import { ConnectionArgs } from './connection.js';
import type { GraphqlContext } from './context.js';
import { UserGroupConnection } from './membership.graphql.js';
import { userGroups } from './membership-page.js';
import { ScimConnectionType } from './scim-connection.graphql.js';
import { UpdateUserInput, UserType } from './user.graphql.js';

@Resolver(() => UserType)
export class UserResolver {
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

  @Mutation(() => UserType, {
    description:
      'Ends the access of an ordinary person at once; no provider brings them back. SCIM_MANAGED for a provisioned one.',
  })
  async deactivateUser(
    @Ctx() { context }: GraphqlContext,
    @Arg('id', () => ID, { description: 'Whom.' }) id: string,
  ): Promise<UserType> {
    return (await deactivateUser(context, { id })).user;
  }

  @Mutation(() => UserType, {
    description:
      'Lets a deactivated person sign in again. Groups and license are not restored. SCIM_MANAGED for someone whom a provider deactivated.',
  })
  async reactivateUser(
    @Ctx() { context }: GraphqlContext,
    @Arg('id', () => ID, { description: 'Whom.' }) id: string,
  ): Promise<UserType> {
    return (await reactivateUser(context, { id })).user;
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
