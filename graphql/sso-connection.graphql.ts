import 'reflect-metadata';
import { Field, GraphQLISODateTime, ID, ObjectType, registerEnumType } from 'type-graphql';
import type { Match } from '../src/access/sso-connection.entity.js';

/** How an organization's people prove who they are, as the API spells it. */
export enum SsoKindEnum {
  SIMULATED = 'simulated',
  SAML = 'saml',
  OIDC = 'oidc',
}
registerEnumType(SsoKindEnum, {
  name: 'SsoKind',
  description: 'What an identity provider speaks.',
  valuesConfig: {
    SIMULATED: { description: 'The built-in simulator; signs nobody in.' },
    SAML: { description: 'SAML 2.0.' },
    OIDC: { description: 'OpenID Connect.' },
  },
});

/** By what a first sign-in meets the person SCIM provisioned, as the API spells it. */
export enum SsoMatchEnum {
  EXTERNAL_ID = 'external_id',
  USER_NAME = 'user_name',
  NOTHING = 'nothing',
}
registerEnumType(SsoMatchEnum, {
  name: 'SsoMatch',
  description: 'By what a first sign-in meets the person SCIM provisioned.',
  valuesConfig: {
    EXTERNAL_ID: { description: "The person's externalId." },
    USER_NAME: { description: "The person's userName." },
    NOTHING: { description: 'Nobody is met; people exist here only once they have signed in.' },
  },
});

/** How a connection is, as the API spells it. */
export enum SsoHealthEnum {
  GOOD = 'good',
  ATTENTION = 'attention',
  BROKEN = 'broken',
  DISABLED = 'disabled',
}
registerEnumType(SsoHealthEnum, {
  name: 'SsoHealth',
  description: 'How an SSO connection is; `warnings` say why.',
  valuesConfig: {
    GOOD: { description: 'People can sign in, and nothing is about to end.' },
    ATTENTION: { description: 'People can sign in; something will go wrong unless somebody acts.' },
    BROKEN: { description: 'Every certificate has expired.' },
    DISABLED: { description: 'Nobody can sign in by it.' },
  },
});

@ObjectType('SsoCertificate', {
  description: 'A certificate an identity provider signs with.',
  simpleResolvers: true,
})
export class SsoCertificateType {
  @Field(() => String, { description: 'SHA-256, to compare with what the provider shows.' })
  fingerprint!: string;

  @Field(() => String, { description: 'The name in it.' })
  subject!: string;

  @Field(() => GraphQLISODateTime, { description: 'When it became valid.' })
  validFrom!: Date;

  @Field(() => GraphQLISODateTime, { description: 'When it ends.' })
  expiresAt!: Date;

  @Field(() => Boolean, { description: 'Whether it has ended.' })
  expired!: boolean;

  @Field(() => Boolean, { description: 'Whether it has ended or ends within 30 days.' })
  expiresSoon!: boolean;
}

@ObjectType('SsoAttributeNames', {
  description:
    'Where a person’s attributes are found in what the provider sends; the first name with a value counts.',
  simpleResolvers: true,
})
export class SsoAttributeNamesType {
  @Field(() => [String], { description: 'The e-mail address.' })
  email!: string[];

  @Field(() => [String], { description: 'The given name.' })
  givenName!: string[];

  @Field(() => [String], { description: 'The family name.' })
  familyName!: string[];

  @Field(() => [String], { description: 'The job title.' })
  title!: string[];

  @Field(() => [String], { description: 'What `matches` is compared with; empty for the subject itself.' })
  match!: string[];
}

@ObjectType('SsoProvider', {
  description: 'What the document of an identity provider says.',
  simpleResolvers: true,
})
export class SsoProviderType {
  @Field(() => SsoKindEnum, { description: 'What it speaks.' })
  kind!: 'simulated' | 'saml' | 'oidc';

  @Field(() => String, { nullable: true, description: 'Its SAML entity id or OIDC issuer.' })
  providerId!: string | null;

  @Field(() => String, { nullable: true, description: 'Where people are sent to.' })
  signInUrl!: string | null;

  @Field(() => String, { nullable: true, description: 'OIDC: our client id there.' })
  clientId!: string | null;

  @Field(() => [SsoCertificateType], { description: 'SAML: what it signs with; two at a roll-over.' })
  certificates!: SsoCertificateType[];

  @Field(() => SsoAttributeNamesType, { nullable: true, description: 'Where attributes are found.' })
  attributes!: SsoAttributeNamesType | null;

  @Field(() => [String], { description: 'What will go wrong unless somebody acts.' })
  warnings!: string[];
}

@ObjectType('SsoConnection', {
  description: 'How an organization’s people sign in at their own identity provider.',
  simpleResolvers: true,
})
export class SsoConnectionType extends SsoProviderType {
  @Field(() => ID, { description: 'The id of the connection.' })
  id!: string;

  @Field(() => String, { description: 'What the sign-in page calls it.' })
  name!: string;

  @Field(() => Boolean, { description: 'Whether people can sign in by it.' })
  active!: boolean;

  @Field(() => SsoMatchEnum, { description: 'By what a first sign-in meets the person SCIM provisioned.' })
  matches!: Match;

  @Field(() => Boolean, { description: 'Whether a first sign-in creates somebody nobody provisioned.' })
  createsPeople!: boolean;

  @Field(() => Boolean, { description: 'Whether a SAML sign-in may start at the provider.' })
  allowsProviderStart!: boolean;

  @Field(() => GraphQLISODateTime, { description: 'When it was connected.' })
  createdAt!: Date;

  @Field(() => SsoHealthEnum, { description: 'How it is, in one word.' })
  health!: 'good' | 'attention' | 'broken' | 'disabled';

  @Field(() => GraphQLISODateTime, {
    nullable: true,
    description:
      'When the documents of the provider were last read; every six hours where they have an address.',
  })
  refreshedAt!: Date | null;

  @Field(() => GraphQLISODateTime, {
    nullable: true,
    description: 'Since when they cannot be read; null while they can.',
  })
  failingSince!: Date | null;
}

@ObjectType('SsoServiceProvider', {
  description: 'What the administrator of an identity provider enters there.',
  simpleResolvers: true,
})
export class SsoServiceProviderType {
  @Field(() => String, { description: 'SAML: our entity id (audience), and the address of our metadata.' })
  entityId!: string;

  @Field(() => String, { description: 'SAML: where responses are posted to (ACS, recipient, destination).' })
  acsUrl!: string;

  @Field(() => String, { description: 'SAML: our single logout service, by HTTP-Redirect or HTTP-POST.' })
  logoutUrl!: string;

  @Field(() => String, { description: 'OIDC: the redirect URI.' })
  redirectUri!: string;

  @Field(() => String, { description: 'OIDC: the post-logout redirect URI.' })
  afterLogoutUri!: string;

  @Field(() => String, { description: 'OIDC: the back-channel logout URI.' })
  backChannelLogoutUri!: string;
}
