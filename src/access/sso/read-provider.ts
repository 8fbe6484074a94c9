import { z } from 'zod';
import type { Context, Outside } from '../../kernel/context.js';
import { DomainError } from '../../kernel/errors.js';
import { isStorableText } from '../../kernel/fold.js';
import { readSamlMetadata, requireHttps } from './saml-metadata.js';
import { AttributeMap, DEFAULT_ATTRIBUTES, type OidcSettings, type SamlSettings } from './settings.js';

const MAX_METADATA = 1024 * 1024;

const text = (max: number) =>
  z.string().min(1).max(max).refine(isStorableText, 'must not contain NUL or broken Unicode');

const SamlProvider = z.object({
  metadataUrl: text(2_048).nullish(),
  metadata: text(MAX_METADATA).nullish(),
});

const OidcProvider = z.object({
  issuer: text(2_048),
  clientId: text(512),
  clientSecret: text(2_048).nullish(),
});

/** How an administrator names an identity provider: one of the two. */
export const ProviderInput = { saml: SamlProvider.nullish(), oidc: OidcProvider.nullish() };

interface Provider {
  saml?: z.output<typeof SamlProvider> | null | undefined;
  oidc?: z.output<typeof OidcProvider> | null | undefined;
}

/** Attribute names that differ from the usual ones; absent keeps those. */
export const AttributeMapInput = z
  .object({
    email: AttributeMap.shape.email.nullish(),
    givenName: AttributeMap.shape.givenName.nullish(),
    familyName: AttributeMap.shape.familyName.nullish(),
    title: AttributeMap.shape.title.nullish(),
    match: AttributeMap.shape.match.nullish(),
  })
  .nullish();

/** What the provider says of itself, read through the guarded client. INVALID_INPUT or UNAVAILABLE when it cannot be. */
export async function readProvider(
  context: Context,
  { saml, oidc }: Provider,
  names: z.output<typeof AttributeMapInput>,
): Promise<SamlSettings | OidcSettings> {
  if (oidc && !saml) return readOidc(context, oidc, withNames('oidc', names));
  if (!saml || oidc) {
    throw new DomainError(
      'INVALID_INPUT',
      'Give either `saml` or `oidc`: what the identity provider speaks.',
      {
        field: 'saml',
      },
    );
  }
  const { metadataUrl, metadata } = saml;
  if (Boolean(metadataUrl) === Boolean(metadata)) {
    throw new DomainError(
      'INVALID_INPUT',
      'Give either `metadataUrl` or `metadata`: the address of the SAML metadata, or the document itself.',
      { field: 'metadata' },
    );
  }
  const xml = metadataUrl
    ? await outsideOf(context).text(metadataUrl, 'application/samlmetadata+xml')
    : metadata;
  const attributes = withNames('saml', names);
  return { kind: 'saml', ...readSamlMetadata(xml ?? ''), metadataUrl: metadataUrl ?? null, attributes };
}

/** The usual names, or those an administrator chose in their place. */
export function withNames(
  kind: keyof typeof DEFAULT_ATTRIBUTES,
  names: z.output<typeof AttributeMapInput>,
): AttributeMap {
  const chosen = Object.entries(names ?? {}).filter(([, value]) => value != null);
  return { ...DEFAULT_ATTRIBUTES[kind], ...Object.fromEntries(chosen) };
}

/** What signing in needs of OpenID Connect Discovery 1.0 section 3; the rest is not kept. */
const Discovery = z.object({
  issuer: z.string(),
  authorization_endpoint: z.string(),
  token_endpoint: z.string(),
  jwks_uri: z.string(),
  userinfo_endpoint: z.string().optional(),
  end_session_endpoint: z.string().optional(),
  id_token_signing_alg_values_supported: z.array(z.string()).optional(),
  token_endpoint_auth_methods_supported: z.array(z.string()).optional(),
  code_challenge_methods_supported: z.array(z.string()).optional(),
  authorization_response_iss_parameter_supported: z.boolean().optional(),
});

async function readOidc(
  context: Context,
  { issuer, clientId }: z.output<typeof OidcProvider>,
  attributes: AttributeMap,
): Promise<OidcSettings> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const text = await outsideOf(context).text(url, 'application/json');
  const server = Discovery.safeParse(parseJson(text));
  if (!server.success) {
    const [first] = server.error.issues;
    throw refused(
      `The discovery document at '${url}' is not usable: '${first?.path.join('.')}' ${first?.message}.`,
    );
  }
  if (server.data.issuer !== issuer) {
    throw refused(
      `The discovery document is about the issuer '${server.data.issuer}', not about '${issuer}'. Enter the issuer exactly as the provider spells it.`,
    );
  }
  requireHttps(server.data.authorization_endpoint);
  return { kind: 'oidc', issuer, clientId, server: server.data, attributes };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const refused = (message: string): DomainError =>
  new DomainError('INVALID_INPUT', message, { field: 'issuer' });

/** The guarded client of the caller. */
export function outsideOf({ outside }: Context): Outside {
  if (outside) return outside;
  throw new Error('This caller was given no way out: the app and the command line hand `outside` in.');
}
