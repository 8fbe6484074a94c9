import 'reflect-metadata';
import { GraphQLJSONObject } from 'graphql-scalars';
import { Field, InputType } from 'type-graphql';
import type { UserProfile } from '../src/directory/shapes.js';

/** What every change of a person may say. */
@InputType()
export abstract class UserNameFields {
  @Field(() => String, { nullable: true, description: 'First name.' })
  givenName?: string | null;

  @Field(() => String, { nullable: true, description: 'Last name.' })
  familyName?: string | null;

  @Field(() => String, { nullable: true, description: 'Job title.' })
  title?: string | null;
}

/** And what an identity provider may say beside it. */
@InputType()
export abstract class ProvisionedUserFields extends UserNameFields {
  @Field(() => String, {
    nullable: true,
    description: 'The work e-mail address; required and unique in the standard profile.',
  })
  email?: string | null;

  @Field(() => String, { nullable: true, description: "The employer's number for this person." })
  employeeNumber?: string | null;

  @Field(() => GraphQLJSONObject, {
    nullable: true,
    description:
      "What else to keep, in SCIM's own names and shapes and as a whole; only a connection with the RFC profile keeps it.",
  })
  profile?: UserProfile | null;
}
