import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { addGroupMembers } from '../src/directory/add-group-members.js';
import type { ChangedMembers } from '../src/directory/change-group-members.js';
import { removeGroupMembers } from '../src/directory/remove-group-members.js';
import type { GraphqlContext } from './context.js';
import { GroupMembersInput, GroupMembersPayload } from './group-members.graphql.js';

@Resolver(() => GroupMembersPayload)
export class GroupMembersResolver {
  @Mutation(() => GroupMembersPayload, {
    description:
      'Adds people to an ordinary group. Open to its admins. SCIM_MANAGED for a provisioned group.',
  })
  async addGroupMembers(
    @Ctx() { context }: GraphqlContext,
    @Arg('input', () => GroupMembersInput, { description: 'Whom, and to which group.' })
    input: GroupMembersInput,
  ): Promise<GroupMembersPayload> {
    return payload(await addGroupMembers(context, input));
  }

  @Mutation(() => GroupMembersPayload, {
    description:
      'Removes people from an ordinary group. Open to its admins. SCIM_MANAGED for a provisioned group.',
  })
  async removeGroupMembers(
    @Ctx() { context }: GraphqlContext,
    @Arg('input', () => GroupMembersInput, { description: 'Whom, and from which group.' })
    input: GroupMembersInput,
  ): Promise<GroupMembersPayload> {
    return payload(await removeGroupMembers(context, input));
  }
}

const payload = ({ group, change }: ChangedMembers): GroupMembersPayload => ({
  group,
  changeId: change?.changeId ?? null,
  accepted: change?.accepted ?? 0,
  failed: change?.failed ?? 0,
});
