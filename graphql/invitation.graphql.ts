import 'reflect-metadata';
import { Field, ID, InputType, ObjectType, registerEnumType } from 'type-graphql';
import { RoleEnum } from './user.graphql.js';

export const InvitationStateEnum = {
  PENDING: 'pending',
  ACCEPTED: 'accepted',
  CONSUMED: 'consumed',
  REVOKED: 'revoked',
  EXPIRED: 'expired',
} as const;

registerEnumType(InvitationStateEnum, {
  name: 'InvitationState',
  description: 'What became of an invitation. All but PENDING are final.',
  valuesConfig: {
    PENDING: { description: 'It waits for the person.' },
    ACCEPTED: { description: 'The person used it.' },
    CONSUMED: { description: 'SCIM provisioned the person, who got what it promised.' },
    REVOKED: { description: 'Somebody took it back.' },
    EXPIRED: { description: 'It was not used in time.' },
  },
});

@ObjectType('Course', { description: 'An opaque reference with a name.', simpleResolvers: true })
export class CourseType {
  @Field(() => ID, { description: 'The reference.' })
  id!: string;

  @Field(() => String, { description: 'The name.' })
  name!: string;
}

@ObjectType('Invitation', {
  description: 'What someone was promised before they existed here.',
  simpleResolvers: true,
})
export class InvitationType {
  @Field(() => ID, { description: 'The id of the invitation.' })
  id!: string;

  @Field(() => String, { description: 'Who is invited.' })
  email!: string;

  @Field(() => RoleEnum, { description: 'The role they get; above USER at their first verified sign-in.' })
  role!: 'admin' | 'group_admin' | 'user';

  @Field(() => [ID], { description: 'The groups they join.' })
  groupIds!: string[];

  @Field(() => [CourseType], { description: 'The courses they get.' })
  courses!: CourseType[];

  @Field(() => InvitationStateEnum, { description: 'What became of it.' })
  state!: 'pending' | 'accepted' | 'consumed' | 'revoked' | 'expired';

  @Field(() => Date, { description: 'When it was made.' })
  createdAt!: Date;

  @Field(() => Date, { nullable: true, description: 'When SCIM consumed it.' })
  consumedAt?: Date | null | undefined;

  @Field(() => Date, { nullable: true, description: 'When groups, role and courses were applied.' })
  appliedAt?: Date | null | undefined;
}

@InputType({ description: 'A course to promise.' })
export class CourseInput {
  @Field(() => ID, { description: 'The reference.' })
  id!: string;

  @Field(() => String, { description: 'The name.' })
  name!: string;
}

@InputType({ description: 'Whom to invite, and to what.' })
export class InviteUserInput {
  @Field(() => String, { description: 'The e-mail address.' })
  email!: string;

  @Field(() => RoleEnum, { nullable: true, description: 'The role they get; USER unless said otherwise.' })
  role?: 'admin' | 'group_admin' | 'user';

  @Field(() => [ID], { nullable: true, description: 'The groups they join.' })
  groupIds?: string[];

  @Field(() => [CourseInput], { nullable: true, description: 'The courses they get.' })
  courses?: CourseInput[];
}
