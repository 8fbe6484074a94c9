import 'reflect-metadata';
import { Field, Float, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { Dialect, Outcome } from '../src/provisioning/log-entry.js';
import { connectionTypes } from './connection.js';
import { Node } from './node.graphql.js';

export const OutcomeEnum = {
  APPLIED: 'applied',
  UNCHANGED: 'unchanged',
  IGNORED_PARTS: 'ignored-parts',
  REFUSED: 'refused',
  FAILED: 'failed',
} as const;

export const DialectEnum = {
  ENTRA_LEGACY: 'entra-legacy',
  ENTRA_FLAG: 'entra-flag',
  OKTA: 'okta',
  ONELOGIN: 'onelogin',
  JUMPCLOUD: 'jumpcloud',
  GOOGLE: 'google',
  PING: 'ping',
  AUTHENTIK: 'authentik',
  KEYCLOAK: 'keycloak',
  OTHER: 'other',
} as const;

registerEnumType(OutcomeEnum, {
  name: 'ProvisioningOutcome',
  description: 'What became of a request of an identity provider.',
  valuesConfig: {
    APPLIED: { description: 'Everything it asked for was changed.' },
    UNCHANGED: { description: 'A read, or a write that asked for what is already so.' },
    IGNORED_PARTS: { description: 'What is supported was done; the rest was passed over.' },
    REFUSED: { description: 'A rule was against it; `detail` says which. Nothing was changed.' },
    FAILED: { description: 'The fault was ours, or the answer did not reach the provider.' },
  },
});

registerEnumType(DialectEnum, {
  name: 'ScimDialect',
  description: 'Whose way of speaking SCIM was recognised.',
  valuesConfig: {
    ENTRA_LEGACY: { description: 'Microsoft Entra ID, by default.' },
    ENTRA_FLAG: { description: 'Microsoft Entra ID with the flag `aadOptscim062020`.' },
    OKTA: { description: 'Okta.' },
    ONELOGIN: { description: 'OneLogin.' },
    JUMPCLOUD: { description: 'JumpCloud.' },
    GOOGLE: { description: 'Google Workspace.' },
    PING: { description: 'PingOne or PingFederate.' },
    AUTHENTIK: { description: 'authentik.' },
    KEYCLOAK: { description: 'A SCIM extension of Keycloak.' },
    OTHER: { description: 'It could have been anybody.' },
  },
});

@ObjectType({ description: 'One attribute before and after a request.', simpleResolvers: true })
export class ProvisioningChangeType {
  @Field(() => String, { description: 'The attribute, as SCIM names it.' })
  attribute!: string;

  @Field(() => String, { nullable: true, description: 'What it was: text as it is, anything else as JSON.' })
  before!: string | null;

  @Field(() => String, { nullable: true, description: 'What it is now.' })
  after!: string | null;
}

@ObjectType({ description: 'Who came into a group or left it.', simpleResolvers: true })
export class ProvisioningMembersType {
  @Field(() => Int, { description: 'How many.' })
  count!: number;

  @Field(() => [ID], { description: 'The first twenty of them.' })
  ids!: string[];
}

@ObjectType({
  description: 'One request of an identity provider and what became of it.',
  implements: Node,
  simpleResolvers: true,
})
export class ProvisioningRequest {
  @Field(() => ID, { description: 'The id of this row of the log.' })
  id!: string;

  @Field(() => Date, { description: 'When the request arrived.' })
  at!: Date;

  @Field(() => ID, {
    nullable: true,
    description: 'Which connection sent it; null when only the host name tells.',
  })
  connectionId!: string | null;

  @Field(() => ID, { nullable: true, description: 'With which credential.' })
  credentialId!: string | null;

  @Field(() => String, { description: 'The request id, as the answer quotes it.' })
  requestId!: string;

  @Field(() => String, { description: 'The HTTP method.' })
  method!: string;

  @Field(() => String, { nullable: true, description: 'User or Group.' })
  resourceType!: 'User' | 'Group' | null;

  @Field(() => ID, { nullable: true, description: 'The person or group it was about.' })
  targetId!: string | null;

  @Field(() => String, { description: 'The operation it stands for, as this API names it.' })
  operation!: string;

  @Field(() => Int, { description: 'The HTTP status of the answer.' })
  status!: number;

  @Field(() => OutcomeEnum, { description: 'What became of it.' })
  outcome!: Outcome;

  @Field(() => String, { nullable: true, description: 'Why it was refused or failed.' })
  detail!: string | null;

  @Field(() => String, { nullable: true, description: 'The keyword of RFC 7644 for it.' })
  scimType!: string | null;

  @Field(() => [String], {
    description: 'What was read as something else than it was sent as: `boolean-as-string: active`.',
  })
  normalisations!: string[];

  @Field(() => [String], { description: 'The paths that were passed over.' })
  ignored!: string[];

  @Field(() => DialectEnum, { description: 'Whose dialect it is in.' })
  dialect!: Dialect;

  @Field(() => Float, { description: 'How many milliseconds it took.' })
  durationMs!: number;

  @Field(() => String, { description: 'From which address it came.' })
  address!: string;

  @Field(() => String, { nullable: true, description: 'By which user agent.' })
  userAgent!: string | null;

  /** As stored; the fields `changes`, `membersAdded` and `membersRemoved` show it. */
  changes!: Record<string, unknown>;
}

@InputType({ description: 'Which requests; what is left out restricts nothing.' })
export class ProvisioningLogFilter {
  @Field(() => ID, { nullable: true, description: 'Of this connection.' })
  connectionId?: string | null;

  @Field(() => OutcomeEnum, { nullable: true, description: 'With this outcome.' })
  outcome?: Outcome | null;

  @Field(() => ID, { nullable: true, description: 'About this person or group.' })
  targetId?: string | null;

  @Field(() => Date, { nullable: true, description: 'That arrived at this time or later.' })
  from?: Date | null;

  @Field(() => Date, { nullable: true, description: 'That arrived before this time.' })
  to?: Date | null;

  @Field(() => String, { nullable: true, description: 'With this request id.' })
  requestId?: string | null;
}

/** A page of the provisioning log, in Relay's shape. */
export const { Edge: ProvisioningRequestEdge, Connection: ProvisioningRequestConnection } = connectionTypes(
  'ProvisioningRequest',
  () => ProvisioningRequest,
);
