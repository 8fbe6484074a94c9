import 'reflect-metadata';
import { Field, ID, InputType, ObjectType, registerEnumType } from 'type-graphql';
import type { Language, Plan, WhenNoLicenseIsFree } from '../src/organizations/organization.entity.js';

export const PlanEnum = { TEAM: 'team', ENTERPRISE: 'enterprise' } as const;

registerEnumType(PlanEnum, {
  name: 'Plan',
  description: 'What an organization bought.',
  valuesConfig: {
    TEAM: { description: 'Invitations and approved e-mail domains.' },
    ENTERPRISE: { description: 'Everything in Team, and provisioning by SCIM.' },
  },
});

export const LanguageEnum = { EN: 'en', DE: 'de', KO: 'ko' } as const;

registerEnumType(LanguageEnum, {
  name: 'Language',
  description: 'A language the product writes in.',
  valuesConfig: {
    EN: { description: 'English.' },
    DE: { description: 'German.' },
    KO: { description: 'Korean.' },
  },
});

export const WhenNoLicenseIsFreeEnum = { REFUSE: 'refuse', WAIT: 'wait' } as const;

registerEnumType(WhenNoLicenseIsFreeEnum, {
  name: 'WhenNoLicenseIsFree',
  description: 'What a sign-in does that finds no free license.',
  valuesConfig: {
    REFUSE: { description: 'It ends on a page that says so and whom to ask.' },
    WAIT: { description: 'The person waits in line and gets the next free license by themselves.' },
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

  @Field(() => LanguageEnum, { description: 'The language its people are written to in.' })
  language!: Language;

  @Field(() => WhenNoLicenseIsFreeEnum, { description: 'What a sign-in does that finds no free license.' })
  whenNoLicenseIsFree!: WhenNoLicenseIsFree;

  @Field(() => Boolean, { description: 'Whether a sign-in takes a Pro license instead of a standard one.' })
  proForEveryone!: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'Whom people are told to ask, on pages that cannot help them: a name, an address, a number.',
  })
  contact?: string | null | undefined;

  @Field(() => Date, { description: 'When the organization was created.' })
  createdAt!: Date;
}

@InputType({ description: 'What to change of the organization. What is left out stays.' })
export class UpdateOrganizationInput {
  @Field(() => String, { nullable: true, description: 'How the organization calls itself.' })
  name?: string | null;

  @Field(() => LanguageEnum, { nullable: true, description: 'The language its people are written to in.' })
  language?: Language | null;

  @Field(() => WhenNoLicenseIsFreeEnum, {
    nullable: true,
    description: 'What a sign-in does that finds no free license. REFUSE ends the line of those who wait.',
  })
  whenNoLicenseIsFree?: WhenNoLicenseIsFree | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether a sign-in takes a Pro license. Needs Pro seats.',
  })
  proForEveryone?: boolean | null;

  @Field(() => String, { nullable: true, description: 'Whom people are told to ask; null for nobody.' })
  contact?: string | null;
}
