import 'reflect-metadata';
import { Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import type { AttributeSource } from '../src/directory/provenance.queries.js';
import type { TimelineKind } from '../src/provisioning/timeline.queries.js';
import { connectionTypes } from './connection.js';

export const AttributeSourceEnum = {
  SCIM: 'scim',
  ADMIN: 'admin',
  INVITATION: 'invitation',
  REGISTRATION: 'registration',
  SIGN_IN: 'signIn',
  SYSTEM: 'system',
  UNKNOWN: 'unknown',
} as const;

registerEnumType(AttributeSourceEnum, {
  name: 'AttributeSource',
  description: 'Who said what a value is.',
  valuesConfig: {
    SCIM: { description: 'The identity provider.' },
    ADMIN: { description: 'Somebody who administers the organization, or a token of theirs.' },
    INVITATION: { description: 'An invitation that was used.' },
    REGISTRATION: { description: 'The person, when registering.' },
    SIGN_IN: { description: 'The identity provider, at a sign-in.' },
    SYSTEM: { description: 'The product itself.' },
    UNKNOWN: { description: 'Nobody remembers: the value is older than this record.' },
  },
});

@ObjectType({ description: 'One value of a person, and where it came from.', simpleResolvers: true })
export class AttributeProvenanceType {
  @Field(() => String, {
    description:
      'The attribute, as this API names it; what only the RFC profile keeps begins with `profile.`.',
  })
  attribute!: string;

  @Field(() => String, { nullable: true, description: 'The value now, as text.' })
  value!: string | null;

  @Field(() => AttributeSourceEnum, { description: 'Who said so.' })
  source!: AttributeSource;

  @Field(() => ID, { nullable: true, description: 'The SCIM connection behind it.' })
  connectionId!: string | null;

  @Field(() => String, { nullable: true, description: 'Who that was, by name.' })
  actor!: string | null;

  @Field(() => Date, { description: 'Since when it is so.' })
  at!: Date;

  @Field(() => String, { nullable: true, description: 'What it was before; null when nothing was.' })
  previous!: string | null;

  @Field(() => String, { nullable: true, description: 'The request that set it, as the logs quote it.' })
  requestId!: string | null;
}

export const TimelineKindEnum = {
  SCIM: 'scim',
  MEMBERSHIP: 'membership',
  INVITATION: 'invitation',
  LICENSE: 'license',
  SIGN_IN: 'signIn',
  ADMIN: 'admin',
} as const;

registerEnumType(TimelineKindEnum, {
  name: 'TimelineKind',
  description: 'What kind of thing happened to a person.',
  valuesConfig: {
    SCIM: { description: 'A request of the identity provider about them, applied or refused; no reads.' },
    MEMBERSHIP: { description: 'A membership was accepted, took effect or ended.' },
    INVITATION: { description: 'An invitation was sent, used or taken back.' },
    LICENSE: { description: 'A license was taken or given back.' },
    SIGN_IN: { description: 'They signed in or out.' },
    ADMIN: { description: 'An administrator or the product changed something.' },
  },
});

@ObjectType({ description: 'One thing that happened to a person.', simpleResolvers: true })
export class TimelineEntryType {
  @Field(() => ID, { description: 'Where it stands in the timeline.' })
  id!: string;

  @Field(() => TimelineKindEnum, { description: 'What kind of thing.' })
  kind!: TimelineKind;

  @Field(() => Date, { description: 'When.' })
  at!: Date;

  @Field(() => String, { nullable: true, description: 'Who did it, by name; null when nobody remembers.' })
  actor!: string | null;

  @Field(() => String, { description: 'What happened, in a sentence.' })
  sentence!: string;

  @Field(() => String, { nullable: true, description: 'The request behind it, as the logs quote it.' })
  requestId!: string | null;
}

/** A page of what happened to a person, in Relay's shape. */
export const { Connection: TimelineConnection } = connectionTypes<TimelineEntryType>(
  'TimelineEntry',
  () => TimelineEntryType,
);
