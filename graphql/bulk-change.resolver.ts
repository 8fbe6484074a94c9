import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { bulkAssignToGroup } from '../src/directory/bulk-assign-to-group.js';
import { bulkChange, bulkChangeCount, bulkChanges } from '../src/directory/bulk-changes.queries.js';
import { bulkDeactivateUsers } from '../src/directory/bulk-deactivate-users.js';
import { explainReason } from '../src/directory/bulk-outcome.js';
import { bulkReactivateUsers } from '../src/directory/bulk-reactivate-users.js';
import { cancelBulkChange } from '../src/directory/cancel-bulk-change.js';
import {
  BulkAssignToGroupInput,
  BulkChangeConnection,
  BulkChangeType,
  BulkFailureConnection,
  type BulkFailureType,
  BulkUsersInput,
} from './bulk-change.graphql.js';
import { ConnectionArgs, type ConnectionOf, toConnection } from './connection.js';
import type { GraphqlContext } from './context.js';
import { GroupType } from './group.graphql.js';

@Resolver(() => BulkChangeType)
export class BulkChangeResolver {
  @Query(() => BulkChangeType, { description: 'One change of many people, and how far it is.' })
  bulkChange(
    @Ctx() { context }: GraphqlContext,
    @Arg('id', () => ID, { description: 'The id of the change.' }) id: string,
  ): Promise<BulkChangeType> {
    return bulkChange(context, { id });
  }

  @Query(() => BulkChangeConnection, {
    description: 'The bulk changes of the organization, oldest first, the ended ones too.',
  })
  async bulkChanges(
    @Ctx() { context }: GraphqlContext,
    @Args(() => ConnectionArgs) { first, after }: ConnectionArgs,
  ): Promise<ConnectionOf<BulkChangeType>> {
    return toConnection(await bulkChanges(context, { page: { first, after } }), {
      after,
      id: (row) => row.id,
      node: (row) => row,
      totalCount: () => bulkChangeCount(context, {}),
    });
  }

  @Mutation(() => BulkChangeType, {
    description:
      'Deactivates many people in the background. The owner and provisioned people are left, with a reason.',
  })
  bulkDeactivateUsers(
    @Ctx() { context }: GraphqlContext,
    @Arg('input', () => BulkUsersInput, { description: 'Whom.' }) input: BulkUsersInput,
  ): Promise<BulkChangeType> {
    return bulkDeactivateUsers(context, input);
  }

  @Mutation(() => BulkChangeType, {
    description:
      'Reactivates many people in the background. Whom a provider deactivated is left, with a reason.',
  })
  bulkReactivateUsers(
    @Ctx() { context }: GraphqlContext,
    @Arg('input', () => BulkUsersInput, { description: 'Whom.' }) input: BulkUsersInput,
  ): Promise<BulkChangeType> {
    return bulkReactivateUsers(context, input);
  }

  @Mutation(() => BulkChangeType, {
    description:
      'Adds many people to an ordinary group in the background. SCIM_MANAGED for a provisioned group.',
  })
  bulkAssignToGroup(
    @Ctx() { context }: GraphqlContext,
    @Arg('input', () => BulkAssignToGroupInput, { description: 'Whom, and to which group.' })
    input: BulkAssignToGroupInput,
  ): Promise<BulkChangeType> {
    return bulkAssignToGroup(context, input);
  }

  @Mutation(() => BulkChangeType, {
    description: 'Ends a bulk change after the batch it is at. What is done stays done.',
  })
  async cancelBulkChange(
    @Ctx() { context }: GraphqlContext,
    @Arg('id', () => ID, { description: 'Which change.' }) id: string,
  ): Promise<BulkChangeType> {
    return (await cancelBulkChange(context, { id })).change;
  }

  @FieldResolver(() => GroupType, {
    nullable: true,
    description: 'The group people are added to; null for other kinds, and when it is gone.',
  })
  group(@Ctx() { loaders }: GraphqlContext, @Root() { groupId }: BulkChangeType) {
    return groupId === null ? null : loaders.group.load(groupId);
  }

  @FieldResolver(() => BulkFailureConnection, { description: 'Who was left as they are, and why.' })
  async failures(
    @Ctx() { loaders }: GraphqlContext,
    @Root() { id, failed }: BulkChangeType,
    @Args(() => ConnectionArgs) { first, after }: ConnectionArgs,
  ): Promise<ConnectionOf<BulkFailureType>> {
    return toConnection(await loaders.bulkFailures.load({ id, first, after }), {
      after,
      id: (row) => row.userId,
      node: (row) => ({ ...row, message: explainReason(row.reason, row.connectionId) }),
      totalCount: async () => failed,
    });
  }
}
