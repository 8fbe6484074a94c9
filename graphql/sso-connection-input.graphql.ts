import 'reflect-metadata';
import { Field, ID, InputType } from 'type-graphql';
import type { Match } from '../src/access/sso-connection.entity.js';
import { SsoMatchEnum } from './sso-connection.graphql.js';

@InputType('SamlProviderInput', { description: 'A SAML identity provider, by its metadata: one of the two.' })
export class SamlProviderInput {
  @Field(() => String, { nullable: true, description: 'The https:// address of its metadata.' })
  metadataUrl?: string | null;

  @Field(() => String, { nullable: true, description: 'The metadata itself.' })
  metadata?: string | null;
}

@InputType('OidcProviderInput', { description: 'An OpenID Connect provider, by its issuer.' })
export class OidcProviderInput {
  @Field(() => String, { description: 'The issuer, exactly as the provider spells it.' })
  issuer!: string;

  @Field(() => String, { description: 'Our client id there.' })
  clientId!: string;

  @Field(() => String, { nullable: true, description: 'Our client secret there; it is never shown again.' })
  clientSecret?: string | null;
}

@InputType('SsoAttributeNamesInput', { description: 'Attribute names that differ from the usual ones.' })
export class SsoAttributeNamesInput {
  @Field(() => [String], { nullable: true, description: 'The e-mail address.' })
  email?: string[];

  @Field(() => [String], { nullable: true, description: 'The given name.' })
  givenName?: string[];

  @Field(() => [String], { nullable: true, description: 'The family name.' })
  familyName?: string[];

  @Field(() => [String], { nullable: true, description: 'The job title.' })
  title?: string[];

  @Field(() => [String], { nullable: true, description: 'What `matches` is compared with.' })
  match?: string[];
}

@InputType('PreviewSsoInput', { description: 'The identity provider to look at: one of `saml` and `oidc`.' })
export class PreviewSsoInput {
  @Field(() => SamlProviderInput, { nullable: true, description: 'A provider that speaks SAML.' })
  saml?: SamlProviderInput | null;

  @Field(() => OidcProviderInput, { nullable: true, description: 'A provider that speaks OpenID Connect.' })
  oidc?: OidcProviderInput | null;

  @Field(() => SsoAttributeNamesInput, {
    nullable: true,
    description: 'Names that differ from the usual ones.',
  })
  attributes?: SsoAttributeNamesInput | null;
}

@InputType('ConnectSsoInput', { description: 'The identity provider to connect: one of `saml` and `oidc`.' })
export class ConnectSsoInput extends PreviewSsoInput {
  @Field(() => String, { nullable: true, description: 'What the sign-in page calls it.' })
  name?: string | null;

  @Field(() => SsoMatchEnum, { nullable: true, description: 'EXTERNAL_ID unless told.' })
  matches?: Match | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'True unless told: a first sign-in creates the person.',
  })
  createsPeople?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: 'False unless told: SAML may start at the provider.' })
  allowsProviderStart?: boolean | null;
}

@InputType('UpdateSsoInput', { description: 'What to change of an SSO connection; the rest stays.' })
export class UpdateSsoInput extends ConnectSsoInput {
  @Field(() => ID, { description: 'Which connection.' })
  id!: string;
}

@InputType('LinkIdentityInput', { description: 'Who somebody is at an identity provider.' })
export class LinkIdentityInput {
  @Field(() => ID, { description: 'The person.' })
  userId!: string;

  @Field(() => ID, { description: 'The SSO connection.' })
  connectionId!: string;

  @Field(() => String, { description: 'SAML NameID or OIDC `sub`.' })
  subject!: string;
}
