import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { invitationBatch, invitationBatchFailures } from '../src/invitations/invitation-batches.queries.js';
import { inviteUsers } from '../src/invitations/invite-users.js';
import type { GraphqlContext } from './context.js';
import {
  InvitationBatchFailureType,
  InvitationBatchType,
  InviteUsersInput,
} from './invitation-batch.graphql.js';

@Resolver(() => InvitationBatchType)
export class InvitationBatchResolver {
  @Query(() => InvitationBatchType, { description: 'How far a batch of invitations is.' })
  invitationBatch(
    @Ctx() { context }: GraphqlContext,
    @Arg('id', () => ID, { description: 'The id of the batch.' }) id: string,
  ): Promise<InvitationBatchType> {
    return invitationBatch(context, { id });
  }

  @Mutation(() => InvitationBatchType, {
    description: 'Invites up to 5,000 people in the background. Follow it with `invitationBatch`.',
  })
  inviteUsers(
    @Ctx() { context }: GraphqlContext,
    @Arg('input', () => InviteUsersInput, { description: 'Whom to invite, and to what.' })
    input: InviteUsersInput,
  ): Promise<InvitationBatchType> {
    return inviteUsers(context, input);
  }

  @FieldResolver(() => [InvitationBatchFailureType], {
    description: 'The addresses that were not invited, in the order of the list.',
  })
  failures(
    @Ctx() { context }: GraphqlContext,
    @Root() { id }: InvitationBatchType,
    @Arg('first', () => Int, { defaultValue: 100, description: 'How many to return, from 0 to 500.' })
    first: number,
    @Arg('after', () => Int, {
      nullable: true,
      description: 'Return what follows this position of the list.',
    })
    after?: number | null,
  ): Promise<InvitationBatchFailureType[]> {
    return invitationBatchFailures(context, { id, first, after });
  }
}
