import 'reflect-metadata';
import { Field, GraphQLISODateTime, ID, ObjectType } from 'type-graphql';
import { SignInMethodEnum } from './sign-in-attempt.graphql.js';

@ObjectType('Session', { description: 'Somebody who is signed in in a browser.', simpleResolvers: true })
export class SessionType {
  @Field(() => ID, { description: 'The id of the session.' })
  id!: string;

  @Field(() => ID, { description: 'Whose it is.' })
  userId!: string;

  @Field(() => ID, { nullable: true, description: 'The SSO connection it was opened by.' })
  connectionId!: string | null;

  @Field(() => SignInMethodEnum, { description: 'By what.' })
  method!: 'saml' | 'oidc' | 'password';

  @Field(() => GraphQLISODateTime, { description: 'When it was opened.' })
  createdAt!: Date;

  @Field(() => GraphQLISODateTime, { description: 'When it was last used, to the minute.' })
  lastSeenAt!: Date;

  @Field(() => GraphQLISODateTime, {
    description: 'When it ends whatever happens; unused it ends two hours later.',
  })
  expiresAt!: Date;

  @Field(() => String, { nullable: true, description: 'The address it was opened from.' })
  address!: string | null;

  @Field(() => String, { nullable: true, description: 'The browser it was opened in.' })
  agent!: string | null;

  @Field(() => Boolean, { description: 'Whether it is the one that asks.' })
  current!: boolean;
}
