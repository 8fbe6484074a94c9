import 'reflect-metadata';
import { Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { BatchReason, BatchState } from '../src/invitations/invitation-batch.js';
import { PromiseInput } from './invitation.graphql.js';

export const InvitationBatchStateEnum = { WAITING: 'waiting', RUNNING: 'running', DONE: 'done' } as const;

registerEnumType(InvitationBatchStateEnum, {
  name: 'InvitationBatchState',
  description: 'How far a batch of invitations is.',
  valuesConfig: {
    WAITING: { description: 'Nobody was invited yet.' },
    RUNNING: { description: 'Some were invited.' },
    DONE: { description: 'The whole list was gone through; `failed` says how many were not invited.' },
  },
});

export const InvitationBatchReasonEnum = {
  BAD_ADDRESS: 'BAD_ADDRESS',
  DUPLICATE: 'DUPLICATE',
  EXISTS: 'EXISTS',
  PENDING: 'PENDING',
  FORBIDDEN: 'FORBIDDEN',
} as const;

registerEnumType(InvitationBatchReasonEnum, {
  name: 'InvitationBatchReason',
  description: 'Why one address of a batch was not invited.',
  valuesConfig: {
    BAD_ADDRESS: { description: 'It is not one plain e-mail address.' },
    DUPLICATE: { description: 'It stands earlier in the list.' },
    EXISTS: { description: 'Somebody with this address is here already.' },
    PENDING: { description: 'An invitation for this address is pending already.' },
    FORBIDDEN: { description: 'Whoever sent the list may not invite any more, or not into this role.' },
  },
});

@ObjectType('InvitationBatch', {
  description: 'Many invitations asked for at once, made in the background.',
  simpleResolvers: true,
})
export class InvitationBatchType {
  @Field(() => ID, { description: 'The id of the batch.' })
  id!: string;

  @Field(() => InvitationBatchStateEnum, { description: 'How far it is.' })
  state!: BatchState;

  @Field(() => Int, { description: 'How many addresses the list has.' })
  total!: number;

  @Field(() => Int, { description: 'How many were invited.' })
  done!: number;

  @Field(() => Int, { description: 'How many were not, each with a reason.' })
  failed!: number;

  @Field(() => Date, { description: 'When it was asked for.' })
  createdAt!: Date;

  @Field(() => Date, { nullable: true, description: 'When the whole list was gone through; null before.' })
  finishedAt!: Date | null;
}

@ObjectType('InvitationBatchFailure', {
  description: 'An address of a batch that was not invited.',
  simpleResolvers: true,
})
export class InvitationBatchFailureType {
  @Field(() => Int, { description: 'Where it stands in the list, from 0; pass it as `after`.' })
  position!: number;

  @Field(() => String, { description: 'The address as it was sent.' })
  email!: string;

  @Field(() => InvitationBatchReasonEnum, { description: 'Why.' })
  reason!: BatchReason;

  @Field(() => String, { description: 'Why, as a sentence that says what to change.' })
  message!: string;
}

@InputType({ description: 'Whom to invite, and to what: the same for everyone in the list.' })
export class InviteUsersInput extends PromiseInput {
  @Field(() => [String], { description: 'The e-mail addresses, at most 5,000.' })
  emails!: string[];
}
