import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { assignGroupAdmin } from '../src/access/assign-group-admin.js';
import { changeUserRole } from '../src/access/change-user-role.js';
import { revokeGroupAdmin } from '../src/access/revoke-group-admin.js';
import type { GraphqlContext } from './context.js';
import { GroupType } from './group.graphql.js';
import { loadSome } from './loaders.js';
import { ChangeUserRoleInput, GroupAdminInput, GroupAdminPayload } from './role.graphql.js';
import { UserType } from './user.graphql.js';

@Resolver(() => GroupAdminPayload)
export class GroupAdminResolver {
  @Mutation(() => GroupAdminPayload, {
    description: 'Makes someone an admin of one group; a USER becomes a GROUP_ADMIN with it.',
  })
  assignGroupAdmin(
    @Ctx() { context }: GraphqlContext,
    @Arg('input', () => GroupAdminInput, { description: 'Whom, and of which group.' }) input: GroupAdminInput,
  ): Promise<GroupAdminPayload> {
    return assignGroupAdmin(context, input);
  }

  @Mutation(() => GroupAdminPayload, {
    description: 'Ends that someone administers a group. The role stays.',
  })
  revokeGroupAdmin(
    @Ctx() { context }: GraphqlContext,
    @Arg('input', () => GroupAdminInput, { description: 'Whom, and of which group.' }) input: GroupAdminInput,
  ): Promise<GroupAdminPayload> {
    return revokeGroupAdmin(context, input);
  }

  @FieldResolver(() => GroupType, { nullable: true, description: 'The group; null when it is gone by now.' })
  group(@Ctx() { loaders }: GraphqlContext, @Root() { groupId }: GroupAdminPayload) {
    return loaders.group.load(groupId);
  }

  @FieldResolver(() => UserType, { nullable: true, description: 'The person.' })
  user(@Ctx() { loaders }: GraphqlContext, @Root() { userId }: GroupAdminPayload) {
    return loaders.user.load(userId);
  }
}

@Resolver(() => GroupType)
export class GroupRoleResolver {
  @FieldResolver(() => [UserType], { description: 'Who administers this group, beside owners and admins.' })
  async admins(@Ctx() { loaders }: GraphqlContext, @Root() { id }: GroupType): Promise<UserType[]> {
    return loadSome(loaders.user, await loaders.groupAdmins.load(id));
  }
}

@Resolver(() => UserType)
export class UserRoleResolver {
  @Mutation(() => UserType, {
    description:
      'Gives someone another role, also someone a provider manages. Nobody grants more than they have; the last owner stays.',
  })
  async changeUserRole(
    @Ctx() { context }: GraphqlContext,
    @Arg('input', () => ChangeUserRoleInput, { description: 'Who, and which role.' })
    input: ChangeUserRoleInput,
  ): Promise<UserType> {
    return (await changeUserRole(context, input)).user;
  }

  @FieldResolver(() => [GroupType], {
    description: 'The groups this person administers as a GROUP_ADMIN; owners and admins administer all.',
  })
  async administers(@Ctx() { loaders }: GraphqlContext, @Root() { id }: UserType): Promise<GroupType[]> {
    return loadSome(loaders.group, await loaders.administeredGroups.load(id));
  }
}
