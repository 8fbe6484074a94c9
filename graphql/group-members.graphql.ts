import 'reflect-metadata';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { GroupType } from './group.graphql.js';

@InputType({ description: 'Whose membership of which group changes.' })
export class GroupMembersInput {
  @Field(() => ID, { description: 'Which group; an ordinary one.' })
  groupId!: string;

  @Field(() => [ID], { description: 'Which people.' })
  userIds!: string[];
}

@ObjectType('GroupMembersPayload', {
  description: "A change of a group's members that was accepted; the worker applies it.",
  simpleResolvers: true,
})
export class GroupMembersPayload {
  @Field(() => GroupType, { description: 'The group.' })
  group!: GroupType;

  @Field(() => ID, {
    nullable: true,
    description: 'The change, for `membershipChange`; null when nothing changed.',
  })
  changeId!: string | null;

  @Field(() => Int, { description: 'Memberships that this change moved.' })
  accepted!: number;

  @Field(() => Int, { description: 'People who could not be added because they are deactivated.' })
  failed!: number;
}
