import 'reflect-metadata';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import type { Plan } from '../src/organizations/organization.entity.js';
import { connectionTypes } from './connection.js';
import { PlanEnum } from './organization.graphql.js';

@InputType({ description: 'A new organization, as it was sold.' })
export class CreateOrganizationInput {
  @Field(() => String, {
    description:
      'The name in its host name: `<slug>.<domain>`. At most 63 lower-case letters, digits and inner hyphens; it stays.',
  })
  slug!: string;

  @Field(() => String, {
    nullable: true,
    description: 'How the organization calls itself; the slug unless told.',
  })
  name?: string | null;

  @Field(() => PlanEnum, { description: 'What it bought.' })
  plan!: Plan;

  @Field(() => Int, { description: 'How many people may hold a standard license at once.' })
  seats!: number;

  @Field(() => Int, { nullable: true, description: 'How many may hold a Pro license; none unless told.' })
  proSeats?: number | null;

  @Field(() => String, { description: 'The address of its owner, who is its first person.' })
  ownerEmail!: string;
}

@ObjectType('CreatedOrganization', { description: 'A new organization.', simpleResolvers: true })
export class CreatedOrganizationType {
  @Field(() => ID, { description: 'The id of the organization.' })
  organizationId!: string;

  @Field(() => String, { description: 'The name in its host name.' })
  slug!: string;

  @Field(() => ID, { description: 'The id of its owner there.' })
  ownerId!: string;
}

@InputType({ description: 'What an organization buys from now on. What is left out stays.' })
export class UpdatePlanInput {
  @Field(() => String, { description: 'The slug of the organization.' })
  organization!: string;

  @Field(() => PlanEnum, {
    nullable: true,
    description: 'The plan. Not away from ENTERPRISE while an identity provider provisions.',
  })
  plan?: Plan | null;

  @Field(() => Int, {
    nullable: true,
    description: 'How many people may hold a standard license: at least as many as do.',
  })
  seats?: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'How many people may hold a Pro license: at least as many as do.',
  })
  proSeats?: number | null;
}

@ObjectType('UpdatedPlan', { description: 'What an organization bought, all of it.', simpleResolvers: true })
export class UpdatedPlanType {
  @Field(() => ID, { description: 'The id of the organization.' })
  organizationId!: string;

  @Field(() => PlanEnum, { description: 'The plan.' })
  plan!: Plan;

  @Field(() => Int, { description: 'How many people may hold a standard license at once.' })
  seats!: number;

  @Field(() => Int, { description: 'How many people may hold a Pro license at once.' })
  proSeats!: number;
}

@ObjectType('IssuedFirstApiToken', {
  description: 'The token that an operator hands to the owner of a new organization. It is shown this once.',
  simpleResolvers: true,
})
export class IssuedFirstApiTokenType {
  @Field(() => ID, { description: 'The id of the token, to revoke it by.' })
  id!: string;

  @Field(() => String, { description: "An owner's API token: `Authorization: Bearer <token>`." })
  token!: string;

  @Field(() => Date, { description: 'When it ends by itself: 7 days from now.' })
  expiresAt!: Date;
}

@ObjectType('SoldOrganization', {
  description: 'An organization as an operator sees it: what it bought, and nothing of its people.',
  simpleResolvers: true,
})
export class SoldOrganizationType {
  @Field(() => ID, { description: 'The id of the organization.' })
  id!: string;

  @Field(() => String, { description: 'The name in its host name.' })
  slug!: string;

  @Field(() => PlanEnum, { description: 'The plan.' })
  plan!: Plan;

  @Field(() => Int, { description: 'How many people may hold a standard license at once.' })
  seats!: number;

  @Field(() => Int, { description: 'How many do.' })
  seatsTaken!: number;

  @Field(() => Int, { description: 'How many people may hold a Pro license at once.' })
  proSeats!: number;

  @Field(() => Int, { description: 'How many do hold a Pro license.' })
  proSeatsTaken!: number;
}

/** One page of the organizations. */
export const { Connection: SoldOrganizationConnection } = connectionTypes<SoldOrganizationType>(
  'SoldOrganization',
  () => SoldOrganizationType,
);
