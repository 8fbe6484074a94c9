import 'reflect-metadata';
import { Field, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { LinkPurpose } from '../src/mail/links.js';
import type { Language } from '../src/organizations/organization.entity.js';
import { type LicenseState, LicenseStateEnum } from './license.graphql.js';
import { LanguageEnum } from './organization.graphql.js';

/** The links a front end reads for a visitor; `password-reset` is a page of ours alone. */
export const LinkPurposeEnum = {
  INVITATION: 'invitation',
  VERIFICATION: 'verification',
} as const satisfies Record<string, LinkPurpose>;

registerEnumType(LinkPurposeEnum, {
  name: 'LinkPurpose',
  description: 'What a mailed link is for. The page it leads to has the same word in its address.',
  valuesConfig: {
    INVITATION: { description: 'Accepting an invitation: `acceptInvitation`.' },
    VERIFICATION: { description: 'Registering through an approved domain: `registerUser`.' },
  },
});

@ObjectType('LandingPage', {
  description: 'What an organization shows to everybody.',
  simpleResolvers: true,
})
export class LandingPageType {
  @Field(() => String, { description: 'Its name.' })
  name!: string;

  @Field(() => String, { description: 'Its part of our addresses: people sign in at `/signin/<slug>`.' })
  slug!: string;

  @Field(() => LanguageEnum, { description: 'The language its people are written to in.' })
  language!: Language;

  @Field(() => String, { nullable: true, description: 'Whom to ask, in its own words.' })
  contact!: string | null;

  @Field(() => Boolean, {
    description: 'Whether any domain is approved, so that `requestAccess` makes sense.',
  })
  asksForAccess!: boolean;
}

@ObjectType('MailedLink', {
  description: 'A link of a mail, looked at without using it.',
  simpleResolvers: true,
})
export class MailedLinkType {
  @Field(() => Boolean, {
    description: 'Whether it still opens something. A link that was used, expired or replaced does not.',
  })
  isOpen!: boolean;

  @Field(() => LandingPageType, { description: 'The organization it leads to.' })
  organization!: LandingPageType;
}

@InputType({ description: 'Who asks to be let in, and where.' })
export class RequestAccessInput {
  @Field(() => String, { description: 'The slug of the organization.' })
  organization!: string;

  @Field(() => String, {
    description: 'The address to write to. Its domain must be one the organization approved.',
  })
  email!: string;
}

@ObjectType('RequestedAccess', {
  description: 'The same for everybody with an address of the domain: what differs is in the mail.',
  simpleResolvers: true,
})
export class RequestedAccessType {
  @Field(() => Int, { description: 'For how many hours the link in the mail works, once.' })
  linkHours!: number;
}

@InputType({ description: 'Who holds a mailed link, and what they say of themselves.' })
export class NewcomerInput {
  @Field(() => String, { description: 'What the link ends in, as it stands in the mail.' })
  token!: string;

  @Field(() => String, { description: 'Their first name.' })
  givenName!: string;

  @Field(() => String, { description: 'Their last name.' })
  familyName!: string;

  @Field(() => String, { description: 'The password they will sign in with: 8 to 200 characters.' })
  password!: string;
}

@ObjectType('AcceptedInvitation', { description: 'What became of an acceptance.', simpleResolvers: true })
export class AcceptedInvitationType {
  @Field(() => Boolean, {
    description:
      "Whether they sign in at the organization's identity provider; the password was not kept then.",
  })
  signsInAtProvider!: boolean;

  @Field(() => LandingPageType, { description: 'The organization they are in now.' })
  organization!: LandingPageType;
}

@ObjectType('RegisteredUser', { description: 'What became of a registration.', simpleResolvers: true })
export class RegisteredUserType {
  @Field(() => LicenseStateEnum, { description: 'Whether they hold a license, or wait in line for one.' })
  license!: LicenseState;

  @Field(() => LandingPageType, { description: 'The organization they are in now.' })
  organization!: LandingPageType;
}
