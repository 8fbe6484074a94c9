import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import { deprovisionGroup } from '../src/directory/deprovision-group.js';
import { deprovisionUser } from '../src/directory/deprovision-user.js';
import { membershipChange } from '../src/directory/memberships.queries.js';
import { provisionGroup } from '../src/directory/provision-group.js';
import { provisionUser } from '../src/directory/provision-user.js';
import type { MembersChange, UserChange } from '../src/directory/shapes.js';
import { updateProvisionedGroup } from '../src/directory/update-provisioned-group.js';
import { updateProvisionedUser } from '../src/directory/update-provisioned-user.js';
import type { Context } from '../src/kernel/context.js';
import type { GraphqlContext } from './context.js';
import {
  DeprovisionGroupPayload,
  DeprovisionInput,
  type MembersChangeInput,
  ProvisionedGroupPayload,
  ProvisionGroupInput,
  ProvisionUserInput,
  ProvisionUserPayload,
  UpdateProvisionedGroupInput,
  UpdateProvisionedUserInput,
  UpdateProvisionedUserPayload,
  type UserChangeInput,
} from './provisioning.graphql.js';

/** The twin of every SCIM write: the same operations, for services that provision without SCIM. */
@Resolver()
export class ProvisioningResolver {
  @Mutation(() => ProvisionUserPayload, { description: 'POST /Users: creates or adopts a person.' })
  provisionUser(
    @Ctx() { context }: GraphqlContext,
    @Arg('input', () => ProvisionUserInput, { description: 'The person.' }) input: ProvisionUserInput,
  ): Promise<ProvisionUserPayload> {
    return provisionUser(context, { ...ABSENT, ...input, profile: input.profile ?? undefined });
  }

  @Mutation(() => UpdateProvisionedUserPayload, {
    description: 'PUT or PATCH /Users/{id}: changes a provisioned person.',
  })
  updateProvisionedUser(
    @Ctx() { context }: GraphqlContext,
    @Arg('input', () => UpdateProvisionedUserInput, { description: 'Whom and what to change.' })
    input: UpdateProvisionedUserInput,
  ): Promise<UpdateProvisionedUserPayload> {
    return updateProvisionedUser(context, { ...input, change: toUserChange(input.change) });
  }

  @Mutation(() => ID, {
    description: 'DELETE /Users/{id}: deactivates a person and ends their provisioning.',
  })
  deprovisionUser(
    @Ctx() { context }: GraphqlContext,
    @Arg('input', () => DeprovisionInput, { description: 'Who.' }) input: DeprovisionInput,
  ): Promise<string> {
    return deprovisionUser(context, input);
  }

  @Mutation(() => ProvisionedGroupPayload, { description: 'POST /Groups: creates or adopts a group.' })
  async provisionGroup(
    @Ctx() { context }: GraphqlContext,
    @Arg('input', () => ProvisionGroupInput, { description: 'The group.' }) input: ProvisionGroupInput,
  ): Promise<ProvisionedGroupPayload> {
    return withChange(context, await provisionGroup(context, input));
  }

  @Mutation(() => ProvisionedGroupPayload, {
    description: 'PUT or PATCH /Groups/{id}: changes a provisioned group.',
  })
  async updateProvisionedGroup(
    @Ctx() { context }: GraphqlContext,
    @Arg('input', () => UpdateProvisionedGroupInput, { description: 'Which group and what to change.' })
    { members, ...input }: UpdateProvisionedGroupInput,
  ): Promise<ProvisionedGroupPayload> {
    return withChange(
      context,
      await updateProvisionedGroup(context, { ...input, members: members && toChange(members) }),
    );
  }

  @Mutation(() => DeprovisionGroupPayload, {
    description: "DELETE /Groups/{id}: ends a group's provisioning.",
  })
  deprovisionGroup(
    @Ctx() { context }: GraphqlContext,
    @Arg('input', () => DeprovisionInput, { description: 'Which group.' }) input: DeprovisionInput,
  ): Promise<DeprovisionGroupPayload> {
    return deprovisionGroup(context, input);
  }
}

/** What GraphQL leaves out. */
const ABSENT = {
  email: null,
  externalId: null,
  givenName: null,
  familyName: null,
  title: null,
  employeeNumber: null,
};

/** Null clears what can be empty; of the others it says as little as leaving them out. */
function toUserChange({ userName, active, profile, ...clearable }: UserChangeInput): UserChange {
  return {
    ...clearable,
    ...(userName != null && { userName }),
    ...(active != null && { active }),
    ...(profile != null && { profile }),
  };
}

/** The operation refuses what says both. */
const toChange = ({ replace, add, remove }: MembersChangeInput): MembersChange =>
  replace && !add && !remove
    ? { replace }
    : { ...(replace && { replace }), add: add ?? [], remove: remove ?? [] };

async function withChange(
  context: Context,
  { group, change }: { group: ProvisionedGroupPayload['group']; change: { changeId: string } | undefined },
): Promise<ProvisionedGroupPayload> {
  return {
    group,
    membershipChange: change ? await membershipChange(context, { id: change.changeId }) : null,
  };
}
