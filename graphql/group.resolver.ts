import { Arg, Args, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { createGroup } from '../src/directory/create-group.js';
import { deleteGroup } from '../src/directory/delete-group.js';
import { group, groupCount, groups } from '../src/directory/groups.queries.js';
import { membershipChange } from '../src/directory/memberships.queries.js';
import { updateGroup } from '../src/directory/update-group.js';
import { ConnectionArgs, type ConnectionOf, toConnection } from './connection.js';
import type { GraphqlContext } from './context.js';
import { CreateGroupInput, GroupConnection, GroupType, UpdateGroupInput } from './group.graphql.js';
import { GroupMemberConnection, MembershipChange } from './membership.graphql.js';
import { groupMembers } from './membership-page.js';
import { ScimConnectionType } from './scim-connection.graphql.js';

@Resolver(() => GroupType)
export class GroupResolver {
  @Query(() => GroupConnection, { description: 'The groups of the organization, oldest first.' })
  async groups(
    @Ctx() { context }: GraphqlContext,
    @Args(() => ConnectionArgs) { first, after }: ConnectionArgs,
    @Arg('filter', () => String, {
      nullable: true,
      description: 'A SCIM filter, such as `displayName co "sales"`.',
    })
    filter?: string | null,
  ): Promise<ConnectionOf<GroupType>> {
    return toConnection(await groups(context, { filter, page: { first, after } }), {
      after,
      id: (row) => row.id,
      node: (row) => row,
      totalCount: () => groupCount(context, { filter }),
    });
  }

  @Query(() => GroupType, { description: 'One group.' })
  async group(
    @Ctx() { context }: GraphqlContext,
    @Arg('id', () => ID, { description: 'The id of the group.' }) id: string,
  ): Promise<GroupType> {
    return (await group(context, { id, withMembers: false })).group;
  }

  @Mutation(() => GroupType, { description: 'Creates an ordinary group.' })
  createGroup(
    @Ctx() { context }: GraphqlContext,
    @Arg('input', () => CreateGroupInput, { description: 'The new group.' }) input: CreateGroupInput,
  ): Promise<GroupType> {
    return createGroup(context, input);
  }

  @Mutation(() => GroupType, {
    description: 'Changes an ordinary group. SCIM_MANAGED for a provisioned one.',
  })
  async updateGroup(
    @Ctx() { context }: GraphqlContext,
    @Arg('input', () => UpdateGroupInput, { description: 'Which group and what to change.' })
    input: UpdateGroupInput,
  ): Promise<GroupType> {
    return (await updateGroup(context, input)).group;
  }

  @Mutation(() => ID, {
    description: 'Deletes an ordinary group; nobody is deleted. SCIM_MANAGED for a provisioned one.',
  })
  deleteGroup(
    @Ctx() { context }: GraphqlContext,
    @Arg('id', () => ID, { description: 'The id of the group.' }) id: string,
    @Arg('expectedVersion', () => Int, {
      nullable: true,
      description: 'Refuse when the group changed since this version.',
    })
    expectedVersion?: number | null,
  ): Promise<string> {
    return deleteGroup(context, { id, expectedVersion });
  }

  @FieldResolver(() => GroupMemberConnection, {
    description: 'Who is in the group, is joining it or is leaving it.',
  })
  members(
    @Ctx() { loaders }: GraphqlContext,
    @Root() { id }: GroupType,
    @Args(() => ConnectionArgs) page: ConnectionArgs,
  ): Promise<GroupMemberConnection> {
    return groupMembers(loaders, id, page);
  }

  @FieldResolver(() => ScimConnectionType, {
    nullable: true,
    description: 'The SCIM connection that manages this group; null for an ordinary one.',
  })
  scimConnection(@Ctx() { loaders }: GraphqlContext, @Root() { connectionId }: GroupType) {
    return connectionId === null ? null : loaders.scimConnection.load(connectionId);
  }
}

@Resolver(() => MembershipChange)
export class MembershipChangeResolver {
  @Query(() => MembershipChange, { description: "How far an accepted change of a group's members has come." })
  membershipChange(
    @Ctx() { context }: GraphqlContext,
    @Arg('id', () => ID, { description: 'The id of the change, from the mutation that made it.' }) id: string,
  ): Promise<MembershipChange> {
    return membershipChange(context, { id });
  }

  @FieldResolver(() => GroupType, { nullable: true, description: 'The group; null when it is gone by now.' })
  group(@Ctx() { loaders }: GraphqlContext, @Root() { groupId }: MembershipChange) {
    return loaders.group.load(groupId);
  }
}
