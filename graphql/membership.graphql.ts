import 'reflect-metadata';
import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { MembershipState } from '../src/directory/shapes.js';
import { PageInfo } from './connection.js';
import { GroupType } from './group.graphql.js';
import { Node } from './node.graphql.js';
import { UserType } from './user.graphql.js';

export const MembershipStateEnum = { ADDING: 'adding', ACTIVE: 'active', REMOVING: 'removing' } as const;

registerEnumType(MembershipStateEnum, {
  name: 'MembershipState',
  description: 'What the identity provider asked for, and whether it is in effect.',
  valuesConfig: {
    ADDING: { description: 'Accepted, not in effect yet.' },
    ACTIVE: { description: 'In effect.' },
    REMOVING: { description: 'Still in effect; its end is accepted.' },
  },
});

/** One person in one group, from whichever side it is seen. */
@ObjectType({ description: 'A membership.', simpleResolvers: true })
abstract class MembershipEdge {
  @Field(() => String, { description: 'Where this row stands in the list; pass it as `after`.' })
  cursor!: string;

  @Field(() => MembershipStateEnum, { description: 'Whether the membership is in effect.' })
  state!: MembershipState;

  @Field(() => Date, { description: 'When the last change of this membership was accepted.' })
  acceptedAt!: Date;

  @Field(() => Date, { nullable: true, description: 'When it took effect; null before.' })
  appliedAt!: Date | null;
}

@ObjectType({ description: 'A member of a group.', simpleResolvers: true })
export class GroupMemberEdge extends MembershipEdge {
  @Field(() => UserType, { description: 'Who the member is.' })
  node!: UserType;
}

@ObjectType({ description: 'A group of a person.', simpleResolvers: true })
export class UserGroupEdge extends MembershipEdge {
  @Field(() => GroupType, { description: 'Which group it is.' })
  node!: GroupType;
}

/** What both kinds of page have beside their edges. */
@ObjectType({ description: 'One page of memberships.', simpleResolvers: true })
abstract class MembershipPage {
  @Field(() => PageInfo, { description: 'Where this page stands.' })
  pageInfo!: PageInfo;

  @Field(() => Int, { description: 'How many rows the whole list has.' })
  totalCount!: () => Promise<number>;
}

@ObjectType({ description: 'One page of the members of a group.', simpleResolvers: true })
export class GroupMemberConnection extends MembershipPage {
  @Field(() => [GroupMemberEdge], { description: 'The members of this page, in a stable order.' })
  edges!: GroupMemberEdge[];
}

@ObjectType({ description: 'One page of the groups of a person.', simpleResolvers: true })
export class UserGroupConnection extends MembershipPage {
  @Field(() => [UserGroupEdge], { description: 'The groups of this page, in a stable order.' })
  edges!: UserGroupEdge[];
}

@ObjectType({
  description: "How far one accepted change of a group's members has come.",
  implements: Node,
  simpleResolvers: true,
})
export class MembershipChange {
  @Field(() => ID, { description: 'The id of the change.' })
  id!: string;

  @Field(() => Int, { description: 'Memberships that this change moved.' })
  accepted!: number;

  @Field(() => Int, {
    description: 'Of those, how many are settled: in effect, or overtaken by a later change.',
  })
  applied!: number;

  @Field(() => Int, { description: 'People who could not be added because they are deactivated.' })
  failed!: number;

  @Field(() => Date, { description: 'When the change was accepted.' })
  acceptedAt!: Date;

  /** Feeds the field `group`. */
  groupId!: string;
}
