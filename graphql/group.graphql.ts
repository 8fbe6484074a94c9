import 'reflect-metadata';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { connectionTypes } from './connection.js';
import { Node } from './node.graphql.js';

@ObjectType('Group', { description: 'A named set of people.', implements: Node, simpleResolvers: true })
export class GroupType {
  @Field(() => ID, { description: 'The same id in SCIM, GraphQL, logs and jobs.' })
  id!: string;

  @Field(() => String, { description: 'The name, unique among all groups of the organization.' })
  displayName!: string;

  @Field(() => String, { nullable: true, description: "The identity provider's own id; opaque." })
  externalId!: string | null;

  @Field(() => Int, { description: 'Grows with every change, also of members; the number in the SCIM ETag.' })
  version!: number;

  @Field(() => Date, { description: 'When the group was created.' })
  createdAt!: Date;

  @Field(() => Date, { description: 'When the group or its members last changed.' })
  updatedAt!: Date;

  /** Feeds the field `scimConnection`. */
  connectionId!: string | null;
}

/** A page of groups, in Relay's shape. */
export const { Connection: GroupConnection } = connectionTypes<GroupType>('Group', () => GroupType);

@InputType({ description: 'A new ordinary group.' })
export class CreateGroupInput {
  @Field(() => String, { description: 'Its name, unique among all groups of the organization.' })
  displayName!: string;
}

@InputType({ description: 'What to change of an ordinary group. What is left out stays.' })
export class UpdateGroupInput {
  @Field(() => ID, { description: 'Which group to change.' })
  id!: string;

  @Field(() => Int, { nullable: true, description: 'Refuse when the group changed since this version.' })
  expectedVersion?: number | null;

  @Field(() => String, { nullable: true, description: 'A new name.' })
  displayName?: string | null;

  @Field(() => [ID], { nullable: true, description: 'People to add. Adding a member again changes nothing.' })
  addUserIds?: string[] | null;

  @Field(() => [ID], {
    nullable: true,
    description: 'People to remove. Removing someone absent changes nothing.',
  })
  removeUserIds?: string[] | null;
}
