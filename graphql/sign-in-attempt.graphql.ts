import 'reflect-metadata';
import { Field, GraphQLISODateTime, ID, ObjectType, registerEnumType } from 'type-graphql';

/** By what somebody signed in, as the API spells it. */
export enum SignInMethodEnum {
  SAML = 'saml',
  OIDC = 'oidc',
  PASSWORD = 'password',
}
registerEnumType(SignInMethodEnum, {
  name: 'SignInMethod',
  description: 'By what somebody signed in.',
  valuesConfig: {
    SAML: { description: 'A SAML response of the identity provider.' },
    OIDC: { description: 'An ID token of the identity provider.' },
    PASSWORD: { description: 'A password.' },
  },
});

@ObjectType('SignInAttempt', {
  description: 'A sign-in, and why it failed if it did. Kept for 30 days.',
  simpleResolvers: true,
})
export class SignInAttemptType {
  @Field(() => ID, { description: 'The id of the attempt.' })
  id!: string;

  @Field(() => GraphQLISODateTime, { description: 'When.' })
  at!: Date;

  @Field(() => ID, { nullable: true, description: 'By which connection, once that was known.' })
  connectionId!: string | null;

  @Field(() => ID, { nullable: true, description: 'Who it was, if it is somebody here.' })
  userId!: string | null;

  @Field(() => SignInMethodEnum, { description: 'By what.' })
  method!: 'saml' | 'oidc' | 'password';

  @Field(() => Boolean, { description: 'Whether a session was opened.' })
  succeeded!: boolean;

  @Field(() => String, { nullable: true, description: 'The check that failed, in a word.' })
  reason!: string | null;

  @Field(() => String, { nullable: true, description: 'What arrived and what was expected.' })
  detail!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'What the provider called somebody who is nobody here.',
  })
  subject!: string | null;

  @Field(() => String, { nullable: true, description: 'The address it came from.' })
  address!: string | null;

  @Field(() => String, { nullable: true, description: 'The browser it came from.' })
  agent!: string | null;

  @Field(() => String, { description: 'The reference the page showed.' })
  requestId!: string;
}
