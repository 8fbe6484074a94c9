import 'reflect-metadata';
import { Field, ID, InputType, ObjectType, registerEnumType } from 'type-graphql';
import { connectionTypes } from './connection.js';
import { Node } from './node.graphql.js';
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

export const InvitationSourceEnum = { ADMIN: 'admin', DOMAIN: 'domain' } as const;

registerEnumType(InvitationSourceEnum, {
  name: 'InvitationSource',
  description: 'How somebody came to be invited.',
  valuesConfig: {
    ADMIN: { description: 'An admin invited them.' },
    DOMAIN: { description: 'Invited through an approved domain: they asked for access themselves.' },
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
  implements: Node,
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

  @Field(() => InvitationSourceEnum, { description: 'How they came to be invited.' })
  source!: 'admin' | 'domain';

  @Field(() => Date, { description: 'When it was made.' })
  createdAt!: Date;

  @Field(() => Date, { description: 'After this nobody can use it.' })
  expiresAt!: Date;

  @Field(() => Date, {
    nullable: true,
    description: 'When it was used, revoked or over; null while it is pending.',
  })
  endedAt?: Date | null | undefined;

  @Field(() => Date, { nullable: true, description: 'When SCIM consumed it.' })
  consumedAt?: Date | null | undefined;

  @Field(() => Date, { nullable: true, description: 'When groups, role and courses were applied.' })
  appliedAt?: Date | null | undefined;
}

/** A page of invitations. */
export const { Connection: InvitationConnection } = connectionTypes<InvitationType>(
  'Invitation',
  () => InvitationType,
);

@InputType({ description: 'A course to promise.' })
export class CourseInput {
  @Field(() => ID, { description: 'The reference.' })
  id!: string;

  @Field(() => String, { description: 'The name.' })
  name!: string;
}

/** What an invitation promises to whoever it is for. */
@InputType()
export abstract class PromiseInput {
  @Field(() => RoleEnum, { nullable: true, description: 'The role they get; USER unless said otherwise.' })
  role?: 'admin' | 'group_admin' | 'user' | null;

  @Field(() => [ID], { nullable: true, description: 'The groups they join.' })
  groupIds?: string[] | null;

  @Field(() => [CourseInput], { nullable: true, description: 'The courses they get.' })
  courses?: CourseInput[] | null;
}

@InputType({ description: 'Whom to invite, and to what.' })
export class InviteUserInput extends PromiseInput {
  @Field(() => String, { description: 'The e-mail address.' })
  email!: string;
}
