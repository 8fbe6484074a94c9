import 'reflect-metadata';
import { Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { BulkKind, BulkState } from '../src/directory/bulk-change.js';
import type { BulkReason } from '../src/directory/bulk-outcome.js';
import type { StopReason } from '../src/directory/requester.js';
import { connectionTypes } from './connection.js';

export const BulkKindEnum = { DEACTIVATE: 'deactivate', REACTIVATE: 'reactivate', ASSIGN: 'assign' } as const;

registerEnumType(BulkKindEnum, {
  name: 'BulkKind',
  description: 'What a bulk change does to each person.',
  valuesConfig: {
    DEACTIVATE: { description: 'As `deactivateUser`.' },
    REACTIVATE: { description: 'As `reactivateUser`.' },
    ASSIGN: { description: 'As `addGroupMembers`.' },
  },
});

export const BulkStateEnum = {
  WAITING: 'waiting',
  RUNNING: 'running',
  DONE: 'done',
  CANCELLED: 'cancelled',
  STOPPED: 'stopped',
} as const;

registerEnumType(BulkStateEnum, {
  name: 'BulkState',
  description: 'How far a bulk change is.',
  valuesConfig: {
    WAITING: { description: 'Nobody was reached yet.' },
    RUNNING: { description: 'Some were reached.' },
    DONE: { description: 'Everybody was reached; `failed` says how many were left as they are.' },
    CANCELLED: { description: 'Somebody ended it; whoever was not reached is left as they are.' },
    STOPPED: {
      description:
        'Whoever asked for it may not do so any more (`stopReason`); whoever was not reached is left as they are.',
    },
  },
});

export const BulkStopReasonEnum = {
  REQUESTER_INACTIVE: 'REQUESTER_INACTIVE',
  REQUESTER_ROLE: 'REQUESTER_ROLE',
  CREDENTIAL_REVOKED: 'CREDENTIAL_REVOKED',
} as const;

registerEnumType(BulkStopReasonEnum, {
  name: 'BulkStopReason',
  description: 'Why a bulk change was stopped on its way.',
  valuesConfig: {
    REQUESTER_INACTIVE: { description: 'Whoever asked for it was deactivated.' },
    REQUESTER_ROLE: { description: 'Their role, or that of their token, does not allow it any more.' },
    CREDENTIAL_REVOKED: { description: 'The token it was asked for with was revoked.' },
  },
});

export const BulkReasonEnum = {
  NOT_FOUND: 'NOT_FOUND',
  SCIM_MANAGED: 'SCIM_MANAGED',
  OWNER: 'OWNER',
  ERASED: 'ERASED',
  INACTIVE: 'INACTIVE',
  GROUP_GONE: 'GROUP_GONE',
  GROUP_SCIM_MANAGED: 'GROUP_SCIM_MANAGED',
} as const;

registerEnumType(BulkReasonEnum, {
  name: 'BulkReason',
  description: 'Why a bulk change left one person as they are.',
  valuesConfig: {
    NOT_FOUND: { description: 'Nobody has this id.' },
    SCIM_MANAGED: { description: 'A provider manages this person.' },
    OWNER: { description: 'An owner cannot be deactivated.' },
    ERASED: { description: 'Their personal data was erased.' },
    INACTIVE: { description: 'Somebody deactivated cannot be in a group.' },
    GROUP_GONE: { description: 'The group was deleted meanwhile.' },
    GROUP_SCIM_MANAGED: { description: 'A provider manages the group by now.' },
  },
});

@ObjectType('BulkChange', {
  description: 'One change of many people, applied in the background.',
  simpleResolvers: true,
})
export class BulkChangeType {
  @Field(() => ID, { description: 'The id of the change.' })
  id!: string;

  @Field(() => BulkKindEnum, { description: 'What it does to each person.' })
  kind!: BulkKind;

  @Field(() => BulkStateEnum, { description: 'How far it is.' })
  state!: BulkState;

  @Field(() => BulkStopReasonEnum, { nullable: true, description: 'Why it was stopped; null otherwise.' })
  stopReason!: StopReason | null;

  @Field(() => Int, { description: 'How many people it means.' })
  total!: number;

  @Field(() => Int, { description: 'How many are as it wants them, whether or not they were before.' })
  done!: number;

  @Field(() => Int, { description: 'How many were left as they are, each with a reason.' })
  failed!: number;

  @Field(() => Date, { description: 'When it was asked for.' })
  createdAt!: Date;

  @Field(() => Date, { nullable: true, description: 'When it ended; null before.' })
  finishedAt!: Date | null;

  /** Feeds the field `group`. */
  groupId!: string | null;
}

/** One page of bulk changes. */
export const { Connection: BulkChangeConnection } = connectionTypes<BulkChangeType>(
  'BulkChange',
  () => BulkChangeType,
);

@ObjectType('BulkFailure', {
  description: 'Somebody whom a bulk change left as they are.',
  simpleResolvers: true,
})
export class BulkFailureType {
  @Field(() => ID, { description: 'The id that was given or found.' })
  userId!: string;

  @Field(() => BulkReasonEnum, { description: 'Why.' })
  reason!: BulkReason;

  @Field(() => String, { description: 'Why, as a sentence; names the connection where one is in the way.' })
  message!: string;
}

/** One page of the people one left as they are. */
export const { Connection: BulkFailureConnection } = connectionTypes<BulkFailureType>(
  'BulkFailure',
  () => BulkFailureType,
);

@InputType({ description: 'Whom a bulk change means: either `userIds` or `filter`.' })
export class BulkUsersInput {
  @Field(() => [ID], { nullable: true, description: 'At most 10,000 people by id.' })
  userIds?: string[] | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Everybody a SCIM filter finds now, such as `title eq "Contractor"`; at most 100,000 people.',
  })
  filter?: string | null;
}

@InputType({ description: 'Whom to add to which group: either `userIds` or `filter`.' })
export class BulkAssignToGroupInput extends BulkUsersInput {
  @Field(() => ID, { description: 'Which group; an ordinary one.' })
  groupId!: string;
}
