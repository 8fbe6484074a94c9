import 'reflect-metadata';
import { Field, ID, InputType, ObjectType, registerEnumType } from 'type-graphql';
import type { Provider } from '../src/provisioning/scim-connection.entity.js';
import { Node } from './node.graphql.js';

export const ProviderEnum = { OKTA: 'okta', ENTRA: 'entra', ONELOGIN: 'onelogin', CUSTOM: 'custom' } as const;
export const ProfileEnum = { STANDARD: 'standard', RFC: 'rfc' } as const;
export const ConnectionStatusEnum = { ACTIVE: 'active', DISABLED: 'disabled' } as const;
export const CredentialKindEnum = { BEARER: 'bearer', BASIC: 'basic' } as const;

registerEnumType(ProviderEnum, {
  name: 'Provider',
  description: 'Which identity provider pushes people and groups.',
  valuesConfig: {
    OKTA: { description: 'Okta.' },
    ENTRA: { description: 'Microsoft Entra ID.' },
    ONELOGIN: { description: 'OneLogin.' },
    CUSTOM: { description: 'Any other SCIM 2.0 client.' },
  },
});

registerEnumType(ProfileEnum, {
  name: 'ScimProfile',
  description: 'Which rules the SCIM endpoint follows for this connection.',
  valuesConfig: {
    STANDARD: { description: 'The rules of the product, made for identity providers.' },
    RFC: { description: 'For clients that assume a plain RFC 7644 server.' },
  },
});

registerEnumType(ConnectionStatusEnum, {
  name: 'ScimConnectionStatus',
  description: 'Whether the credentials of a connection are accepted.',
  valuesConfig: {
    ACTIVE: { description: 'They are.' },
    DISABLED: { description: 'They are not; its people and groups are editable here.' },
  },
});

registerEnumType(CredentialKindEnum, {
  name: 'ScimCredentialKind',
  description: 'How a credential is sent.',
  valuesConfig: {
    BEARER: { description: 'As a bearer token (RFC 6750).' },
    BASIC: { description: 'As client id and secret in HTTP Basic (RFC 7617).' },
  },
});

@ObjectType('ScimCredential', {
  description: 'A credential of an identity provider, without its secret.',
  simpleResolvers: true,
})
export class ScimCredentialType {
  @Field(() => ID, { description: 'The id of the credential.' })
  id!: string;

  @Field(() => CredentialKindEnum, { description: 'How it is sent.' })
  kind!: 'bearer' | 'basic';

  @Field(() => String, { description: 'The part that finds it, which is not secret.' })
  lookupId!: string;

  @Field(() => String, { description: 'The last four characters of the secret, to tell two apart.' })
  lastFour!: string;

  @Field(() => String, { description: 'What its creator called it.' })
  label!: string;

  @Field(() => Date, { description: 'When it was issued.' })
  createdAt!: Date;

  @Field(() => String, {
    description: 'Who issued it: the id of an API token or a person, or `command line`.',
  })
  createdBy!: string;

  @Field(() => ID, { nullable: true, description: 'The credential it took the place of, by a rotation.' })
  replaces?: string | null | undefined;

  @Field(() => Date, { nullable: true, description: 'When it stops by itself; null means never.' })
  expiresAt?: Date | null | undefined;

  @Field(() => Date, { nullable: true, description: 'When it was revoked.' })
  revokedAt?: Date | null | undefined;

  @Field(() => Date, { nullable: true, description: 'When it was last used, to the minute.' })
  lastUsedAt?: Date | null | undefined;

  @Field(() => String, { nullable: true, description: 'From which address.' })
  lastUsedAddress?: string | null | undefined;

  @Field(() => String, { nullable: true, description: 'By which user agent.' })
  lastUsedAgent?: string | null | undefined;
}

@ObjectType('ScimConnection', {
  implements: Node,
  description: 'One identity provider that pushes into the organization.',
  simpleResolvers: true,
})
export class ScimConnectionType {
  @Field(() => ID, { description: 'The id of the connection.' })
  id!: string;

  @Field(() => ProviderEnum, { description: 'Which identity provider.' })
  provider!: Provider;

  @Field(() => ProfileEnum, { description: 'Which rules it meets.' })
  profile!: 'standard' | 'rfc';

  @Field(() => ConnectionStatusEnum, { description: 'Whether its credentials are accepted.' })
  status!: 'active' | 'disabled';

  @Field(() => Boolean, { description: 'Whether the provider also sees groups that were created here.' })
  showsAllGroups!: boolean;

  @Field(() => String, { description: 'What an administrator calls it; empty when it has no name.' })
  label!: string;

  @Field(() => Date, { description: 'When it was set up.' })
  createdAt!: Date;
}

/** What is chosen of a connection beside its provider. */
@InputType()
export abstract class ConnectionChoiceInput {
  @Field(() => ProfileEnum, {
    nullable: true,
    description: 'Which rules it meets; STANDARD unless said otherwise.',
  })
  profile?: 'standard' | 'rfc' | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether the provider also sees groups created here (OneLogin needs it).',
  })
  showsAllGroups?: boolean | null;
}

@InputType({ description: 'Which identity provider to connect.' })
export class ConnectScimInput extends ConnectionChoiceInput {
  @Field(() => ProviderEnum, { description: 'Which identity provider.' })
  provider!: Provider;
}

@ObjectType({
  description: 'What to copy into the identity provider. Shown this once.',
  simpleResolvers: true,
})
export class ConnectedScimType {
  @Field(() => ID, { description: 'The id of the connection.' })
  connectionId!: string;

  @Field(() => String, { description: 'The bearer token.' })
  token!: string;

  @Field(() => String, { description: 'The client id, for HTTP Basic.' })
  clientId!: string;

  @Field(() => String, { description: 'The client secret, for HTTP Basic.' })
  clientSecret!: string;
}

@InputType({ description: 'A further credential, so that a rotation never stops a sync.' })
export class IssueScimCredentialInput {
  @Field(() => ID, { description: 'For which connection.' })
  connectionId!: string;

  @Field(() => CredentialKindEnum, {
    nullable: true,
    description: 'How it will be sent; BEARER unless said otherwise.',
  })
  kind?: 'bearer' | 'basic' | null;

  @Field(() => String, { description: 'What to call it.' })
  label!: string;
}

@ObjectType({ description: 'A new credential. Its secret is shown this once.', simpleResolvers: true })
export class IssuedScimCredentialType {
  @Field(() => ID, { description: 'The id of the credential.' })
  id!: string;

  @Field(() => String, { nullable: true, description: 'The bearer token, for that kind.' })
  token!: string | null;

  @Field(() => String, { nullable: true, description: 'The client id, for HTTP Basic.' })
  clientId!: string | null;

  @Field(() => String, { nullable: true, description: 'The client secret, for HTTP Basic.' })
  clientSecret!: string | null;
}
