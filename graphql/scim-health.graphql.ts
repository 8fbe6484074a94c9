import 'reflect-metadata';
import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { HealthState } from '../src/provisioning/health/health.js';
import type { MappingState } from '../src/provisioning/mapping/check.js';

export const ScimHealthStateEnum = {
  LOCKED: 'locked',
  NOT_SET_UP: 'not-set-up',
  WAITING_FOR_FIRST_REQUEST: 'waiting-for-first-request',
  CONNECTED: 'connected',
  DEGRADED: 'degraded',
  DISABLED: 'disabled',
} as const;

registerEnumType(ScimHealthStateEnum, {
  name: 'ScimHealthState',
  description: 'How provisioning is doing.',
  valuesConfig: {
    LOCKED: { description: 'The plan or the SSO connection that provisioning needs is missing.' },
    NOT_SET_UP: { description: 'There is no connection, or one without credentials.' },
    WAITING_FOR_FIRST_REQUEST: {
      description: 'Everything is ready here; the provider has sent nothing yet.',
    },
    CONNECTED: { description: 'Requests arrive and are accepted.' },
    DEGRADED: {
      description: 'Many requests are refused or fail, or a credential in use ended or is about to.',
    },
    DISABLED: { description: 'The connection is switched off; its people and groups are editable here.' },
  },
});

export const MappingStateEnum = {
  SEEN: 'seen',
  MISSING: 'missing',
  WRONG_TYPE: 'wrong-type',
  UNKNOWN: 'unknown',
} as const;

registerEnumType(MappingStateEnum, {
  name: 'MappingState',
  description: "What the provider's mapping has for an attribute.",
  valuesConfig: {
    SEEN: { description: 'Values arrive.' },
    MISSING: { description: 'None arrives; of a required attribute, requests are refused for it.' },
    WRONG_TYPE: { description: 'What arrives is refused, because it is something else than the attribute.' },
    UNKNOWN: { description: 'The provider has not sent a person yet.' },
  },
});

@ObjectType({ description: 'How provisioning is doing, and what to do about it.', simpleResolvers: true })
export class ScimHealth {
  @Field(() => ScimHealthStateEnum, { description: 'In one word.' })
  state!: HealthState;

  @Field(() => String, { description: 'In one sentence.' })
  sentence!: string;

  @Field(() => String, { description: 'What to do; empty when there is nothing to do.' })
  advice!: string;

  @Field(() => Int, { description: 'Requests looked at: the newest 200 of one day.' })
  recentRequests!: number;

  @Field(() => Int, { description: 'How many of them were refused or failed.' })
  recentProblems!: number;
}

@ObjectType({
  description: "One attribute of the provider's mapping, as its requests show it.",
  simpleResolvers: true,
})
export class AttributeMapping {
  @Field(() => String, { description: 'The attribute, as a mapping screen names it.' })
  attribute!: string;

  @Field(() => Boolean, { description: 'Whether nobody can be provisioned without it.' })
  required!: boolean;

  @Field(() => MappingStateEnum, { description: 'What arrives.' })
  state!: MappingState;

  @Field(() => Int, { description: 'How many of the newest 500 requests brought a value.' })
  samples!: number;

  @Field(() => ID, { nullable: true, description: 'The newest request that brought one.' })
  lastSeenRequestId!: string | null;

  @Field(() => ID, { nullable: true, description: 'The newest request that was refused for this attribute.' })
  lastRefusedRequestId!: string | null;

  @Field(() => String, { description: 'What to change at the provider; empty when nothing is wrong.' })
  advice!: string;
}
