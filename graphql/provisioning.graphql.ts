import 'reflect-metadata';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { GroupType } from './group.graphql.js';
import { MembershipChange } from './membership.graphql.js';
import { UserType } from './user.graphql.js';
import { ProvisionedUserFields } from './user-fields.graphql.js';

@InputType({ description: 'A person to provision, as an identity provider would (POST /Users).' })
export class ProvisionUserInput extends ProvisionedUserFields {
  @Field(() => ID, { description: 'The SCIM connection that will manage the person.' })
  connectionId!: string;

  @Field(() => String, { description: 'The name at the identity provider, unique.' })
  userName!: string;

  @Field(() => String, {
    nullable: true,
    description: "The identity provider's own id, unique; required by the standard profile.",
  })
  externalId?: string | null;

  @Field(() => Boolean, { defaultValue: true, description: 'Whether the person may sign in.' })
  active!: boolean;
}

@InputType({ description: 'What to change of a person; what is left out stays, null clears.' })
export class UserChangeInput extends ProvisionedUserFields {
  @Field(() => String, { nullable: true, description: 'The name at the identity provider, unique.' })
  userName?: string | null;

  @Field(() => String, { nullable: true, description: "The identity provider's own id, unique." })
  externalId?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether the person may sign in.' })
  active?: boolean | null;
}

@InputType({ description: 'A change of a provisioned person (PUT or PATCH /Users/{id}).' })
export class UpdateProvisionedUserInput {
  @Field(() => ID, { description: 'The SCIM connection that manages the person.' })
  connectionId!: string;

  @Field(() => ID, { description: 'Whom to change.' })
  id!: string;

  @Field(() => Int, { nullable: true, description: 'Refuse when the person changed since this version.' })
  expectedVersion?: number | null;

  @Field(() => UserChangeInput, { description: 'What to change.' })
  change!: UserChangeInput;
}

@InputType({ description: 'A provisioned person or group to end (DELETE).' })
export class DeprovisionInput {
  @Field(() => ID, { description: 'The SCIM connection that manages it.' })
  connectionId!: string;

  @Field(() => ID, { description: 'The id of the person or group.' })
  id!: string;

  @Field(() => Int, { nullable: true, description: 'Refuse when it changed since this version.' })
  expectedVersion?: number | null;
}

@InputType({ description: 'A group to provision, as an identity provider would (POST /Groups).' })
export class ProvisionGroupInput {
  @Field(() => ID, { description: 'The SCIM connection that will manage the group.' })
  connectionId!: string;

  @Field(() => String, { description: 'Its name, unique among all groups of the organization.' })
  displayName!: string;

  @Field(() => String, { nullable: true, description: "The identity provider's own id." })
  externalId?: string | null;

  @Field(() => [ID], { nullable: true, description: 'The ids of its first members.' })
  members?: string[] | null;
}

@InputType({ description: 'A change of members: either a whole new list, or people to add and to remove.' })
export class MembersChangeInput {
  @Field(() => [ID], {
    nullable: true,
    description: 'The whole new list. Only provisioned people are removed.',
  })
  replace?: string[] | null;

  @Field(() => [ID], { nullable: true, description: 'Whom to add.' })
  add?: string[] | null;

  @Field(() => [ID], { nullable: true, description: 'Whom to remove, if they are provisioned.' })
  remove?: string[] | null;
}

@InputType({ description: 'A change of a provisioned group (PUT or PATCH /Groups/{id}).' })
export class UpdateProvisionedGroupInput {
  @Field(() => ID, { description: 'The SCIM connection that manages the group.' })
  connectionId!: string;

  @Field(() => ID, { description: 'Which group.' })
  id!: string;

  @Field(() => Int, { nullable: true, description: 'Refuse when the group changed since this version.' })
  expectedVersion?: number | null;

  @Field(() => String, { nullable: true, description: 'A new name.' })
  displayName?: string | null;

  @Field(() => String, { nullable: true, description: "The identity provider's own id." })
  externalId?: string | null;

  @Field(() => MembersChangeInput, { nullable: true, description: 'A change of members.' })
  members?: MembersChangeInput | null;
}

@ObjectType({ description: 'A provisioned person.', simpleResolvers: true })
export class ProvisionUserPayload {
  @Field(() => UserType, { description: 'The person.' })
  user!: UserType;

  @Field(() => Boolean, { description: 'Whether they existed before and became managed by the connection.' })
  adopted!: boolean;
}

@ObjectType({ description: 'A changed person.', simpleResolvers: true })
export class UpdateProvisionedUserPayload {
  @Field(() => UserType, { description: 'The person.' })
  user!: UserType;

  @Field(() => [String], { description: 'The names of the attributes that changed; empty when nothing did.' })
  changed!: string[];
}

@ObjectType({ description: 'A provisioned or changed group.', simpleResolvers: true })
export class ProvisionedGroupPayload {
  @Field(() => GroupType, { description: 'The group.' })
  group!: GroupType;

  @Field(() => MembershipChange, {
    nullable: true,
    description: 'The accepted change of members; null when nobody moved.',
  })
  membershipChange!: MembershipChange | null;
}

@ObjectType({ description: 'A group whose provisioning ended.', simpleResolvers: true })
export class DeprovisionGroupPayload {
  @Field(() => ID, { description: 'Its id.' })
  id!: string;

  @Field(() => Boolean, {
    description: 'Whether it stays as an ordinary group with people who are not provisioned.',
  })
  kept!: boolean;
}
