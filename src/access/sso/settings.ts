import { z } from 'zod';
import { isStorableText } from '../../kernel/fold.js';

/** Where a person's attributes are found in what the provider says; the first name that has a value counts. */
const AttributeNames = z
  .array(z.string().min(1).max(300).refine(isStorableText, 'must not contain NUL or broken Unicode'))
  .max(10);

/** Names of attributes, per attribute of ours; `match` names the person SCIM provisioned. */
export const AttributeMap = z.object({
  email: AttributeNames,
  givenName: AttributeNames,
  familyName: AttributeNames,
  title: AttributeNames,
  /** Empty for the subject itself. */
  match: AttributeNames,
});
export type AttributeMap = z.output<typeof AttributeMap>;

const CLAIMS = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims';

/** What Okta, Entra, OneLogin and plain SAML 2.0 (RFC 4524 object identifiers) call them. */
const SAML_ATTRIBUTES: AttributeMap = {
  email: ['email', 'mail', `${CLAIMS}/emailaddress`, 'User.email', 'urn:oid:0.9.2342.19200300.100.1.3'],
  givenName: ['givenName', 'firstName', `${CLAIMS}/givenname`, 'User.FirstName', 'urn:oid:2.5.4.42'],
  familyName: ['familyName', 'lastName', 'sn', `${CLAIMS}/surname`, 'User.LastName', 'urn:oid:2.5.4.4'],
  title: ['title', 'jobTitle', 'urn:oid:2.5.4.12'],
  match: [],
};

/** OpenID Connect Core 1.0 section 5.1. */
const OIDC_ATTRIBUTES: AttributeMap = {
  email: ['email'],
  givenName: ['given_name'],
  familyName: ['family_name'],
  title: ['title'],
  match: [],
};

export const DEFAULT_ATTRIBUTES = { saml: SAML_ATTRIBUTES, oidc: OIDC_ATTRIBUTES } as const;

const SamlSettings = z.object({
  kind: z.literal('saml'),
  entityId: z.string(),
  ssoUrl: z.string(),
  metadataUrl: z.string().nullable(),
  /** PEM, in the order of the metadata: two while the provider rolls over. */
  certificates: z.array(z.string()),
  /** Where people are sent to sign out there, and where answers to its own requests go (SAML 2.0 profiles section 4.4). */
  logoutUrl: z.string().nullable().default(null),
  logoutResponseUrl: z.string().nullable().default(null),
  attributes: AttributeMap,
});

const OidcSettings = z.object({
  kind: z.literal('oidc'),
  issuer: z.string(),
  clientId: z.string(),
  /** What discovery said, as far as signing in needs it. */
  server: z.record(z.string(), z.unknown()),
  attributes: AttributeMap,
});

/** What a connection of each kind is made of; the simulated one of nothing. */
export const SsoSettings = z.union([
  SamlSettings,
  OidcSettings,
  z.object({ kind: z.undefined().optional() }),
]);
export type SsoSettings = z.output<typeof SsoSettings>;
export type SamlSettings = z.output<typeof SamlSettings>;
export type OidcSettings = z.output<typeof OidcSettings>;

/** Where the secret of an OIDC client is kept (R8). */
export const clientSecretPlace = (organizationId: string, connectionId: string) => ({
  organizationId,
  column: 'sso_connections.sealed_secret',
  row: connectionId,
});
