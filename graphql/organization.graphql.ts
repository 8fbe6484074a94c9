import 'reflect-metadata';
import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { Plan } from '../src/organizations/organization.entity.js';

export const PlanEnum = { TEAM: 'team', ENTERPRISE: 'enterprise' } as const;

registerEnumType(PlanEnum, {
  name: 'Plan',
  description: 'What an organization bought.',
  valuesConfig: {
    TEAM: { description: 'Invitations and approved e-mail domains.' },
    ENTERPRISE: { description: 'Everything in Team, and provisioning by SCIM.' },
  },
});

@ObjectType('Organization', {
  description: 'A customer, and the boundary nothing crosses.',
  simpleResolvers: true,
})
export class OrganizationType {
  @Field(() => ID, { description: 'The id of the organization.' })
  id!: string;

  @Field(() => String, { description: 'The name in its host name: `<slug>.<domain>`.' })
  slug!: string;

  @Field(() => String, { description: 'How the organization calls itself.' })
  name!: string;

  @Field(() => PlanEnum, { description: 'The plan, which decides what can be set up.' })
  plan!: Plan;

  @Field(() => Int, { description: 'How many people may hold a license at once.' })
  seats!: number;

  @Field(() => Date, { description: 'When the organization was created.' })
  createdAt!: Date;
}
