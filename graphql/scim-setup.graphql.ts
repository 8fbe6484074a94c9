import 'reflect-metadata';
import { Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { Language } from '../src/organizations/organization.entity.js';
import type { Provider } from '../src/provisioning/scim-connection.entity.js';
import type { SetupStep } from '../src/provisioning/setup/set-up.js';
import { LanguageEnum } from './organization.graphql.js';
import { ConnectionChoiceInput, IssuedScimCredentialType, ProviderEnum } from './scim-connection.graphql.js';

export const SetupStepEnum = {
  UNLOCK: 'unlock',
  GENERATE_CREDENTIALS: 'generate-credentials',
  ENTER_AT_PROVIDER: 'enter-at-provider',
  DONE: 'done',
} as const;

export const SetupSecretEnum = { TOKEN: 'token', CLIENT_SECRET: 'client-secret' } as const;

registerEnumType(SetupStepEnum, {
  name: 'ScimSetupStep',
  description: 'What is next in setting up a connection.',
  valuesConfig: {
    UNLOCK: { description: 'The Enterprise plan and an active SSO connection are needed first.' },
    GENERATE_CREDENTIALS: { description: '`issueScimCredential`: there is no live credential.' },
    ENTER_AT_PROVIDER: { description: 'Follow the steps at the provider; no request has arrived yet.' },
    DONE: { description: 'The provider has sent a request.' },
  },
});

registerEnumType(SetupSecretEnum, {
  name: 'ScimSetupSecret',
  description: 'A secret that was shown once, when it was made.',
  valuesConfig: {
    TOKEN: { description: 'The bearer token.' },
    CLIENT_SECRET: { description: 'The client secret.' },
  },
});

@ObjectType({ description: "One field of the provider's form.", simpleResolvers: true })
export class ScimSetupField {
  @Field(() => String, { description: 'What the provider calls the field.' })
  label!: string;

  @Field(() => String, { nullable: true, description: 'What to enter; null where a secret belongs.' })
  value!: string | null;

  @Field(() => SetupSecretEnum, {
    nullable: true,
    description: 'Which secret belongs here; it is not shown again.',
  })
  secret!: 'token' | 'client-secret' | null;

  @Field(() => String, { nullable: true, description: 'How the newest such secret ends.' })
  lastFour!: string | null;
}

@ObjectType('ScimSetupInstruction', {
  description: 'One thing to do at the provider.',
  simpleResolvers: true,
})
export class ScimSetupInstruction {
  @Field(() => String, { description: 'In a few words.' })
  title!: string;

  @Field(() => String, { description: 'Where, and how.' })
  text!: string;

  @Field(() => [ScimSetupField], { description: 'What to enter.' })
  fields!: ScimSetupField[];
}

@ObjectType({
  description: 'What to enter for one attribute in the mapping of the provider.',
  simpleResolvers: true,
})
export class ScimSetupAttribute {
  @Field(() => String, { description: 'The attribute here.' })
  attribute!: string;

  @Field(() => String, { description: 'What the provider calls the value; for a custom client an example.' })
  source!: string;

  @Field(() => Boolean, { description: 'Whether nobody can be provisioned without it.' })
  required!: boolean;
}

@ObjectType({
  description: "Instructions for one provider with the organization's own values.",
  simpleResolvers: true,
})
export class ScimSetup {
  @Field(() => LanguageEnum, { description: 'The language of the text.' })
  language!: Language;

  @Field(() => SetupStepEnum, { description: 'What is next.' })
  nextStep!: SetupStep;

  @Field(() => String, { description: 'Where the provider sends its requests.' })
  baseUrl!: string;

  @Field(() => [ScimSetupInstruction], { description: 'What to do, in order.' })
  steps!: ScimSetupInstruction[];

  @Field(() => [ScimSetupAttribute], { description: 'The mapping to enter or to compare with.' })
  attributes!: ScimSetupAttribute[];

  @Field(() => [String], { description: 'What to try when it is done, and what should happen.' })
  tests!: string[];
}

@InputType({ description: 'Which identity provider to set up.' })
export class StartScimSetupInput extends ConnectionChoiceInput {
  @Field(() => ProviderEnum, { description: 'Which identity provider; it decides the instructions.' })
  provider!: Provider;

  @Field(() => String, { nullable: true, description: 'What to call the connection.' })
  label?: string | null;
}

@InputType({ description: 'What to change of a connection; what is left out stays.' })
export class UpdateScimConnectionInput {
  @Field(() => ID, { description: 'Which connection.' })
  connectionId!: string;

  @Field(() => ProviderEnum, { nullable: true, description: 'Which identity provider it really is.' })
  provider?: Provider | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether the provider also sees groups created here.',
  })
  showsAllGroups?: boolean | null;

  @Field(() => String, { nullable: true, description: 'What to call it.' })
  label?: string | null;
}

@InputType({ description: 'Which credential to replace, and for how long both work.' })
export class RotateScimCredentialInput {
  @Field(() => ID, { description: 'The credential to replace.' })
  credentialId!: string;

  @Field(() => Int, {
    nullable: true,
    description:
      'For how many hours the old one goes on working: 72 unless said otherwise, at most 720; 0 ends it now.',
  })
  overlapHours?: number | null;

  @Field(() => String, {
    nullable: true,
    description: 'What to call the new one; as the old one unless said otherwise.',
  })
  label?: string | null;
}

@ObjectType({ description: 'A new credential beside the one it replaces.', simpleResolvers: true })
export class RotatedScimCredential {
  @Field(() => IssuedScimCredentialType, { description: 'The new one. Its secret is shown this once.' })
  issued!: IssuedScimCredentialType;

  @Field(() => ID, { description: 'The one it replaces.' })
  replacedId!: string;

  @Field(() => Date, { description: 'When that one stops, by the clock of the database.' })
  replacedExpiresAt!: Date;
}
