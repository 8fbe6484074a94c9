import { sql } from 'kysely';
import { z } from 'zod';
import { notFound } from '../kernel/errors.js';
import { isId } from '../kernel/ids.js';
import { query } from '../kernel/operation.js';
import { type CertificateInfo, certificateInfo } from './sso/certificates.js';
import { AttributeMapInput, outsideOf, ProviderInput, readProvider } from './sso/read-provider.js';
import type { AttributeMap, SsoSettings } from './sso/settings.js';
import { type Match, SsoConnection } from './sso-connection.entity.js';

/** More than anybody can have at once (`connectSso`); disabled ones are listed too. */
const MAX_LISTED = 100;

/** A provider as administrators see it, connected or about to be. */
export interface ProviderView {
  kind: 'simulated' | 'saml' | 'oidc';
  /** SAML entity id or OIDC issuer. */
  providerId: string | null;
  /** Where people are sent to. */
  signInUrl: string | null;
  clientId: string | null;
  certificates: CertificateInfo[];
  attributes: (AttributeMap & { names?: never }) | null;
  /** What will go wrong unless somebody acts: a certificate that expires. */
  warnings: string[];
}

export interface SsoConnectionView extends ProviderView {
  id: string;
  name: string;
  active: boolean;
  matches: Match;
  createsPeople: boolean;
  allowsProviderStart: boolean;
  createdAt: Date;
  /** How it is, in one word; `warnings` say why. */
  health: SsoHealth;
  /** When the provider's documents were last read, and since when they cannot be. */
  refreshedAt: Date | null;
  failingSince: Date | null;
}

/** `attention`: something will go wrong; `broken`: nobody can sign in by it. */
export type SsoHealth = 'good' | 'attention' | 'broken' | 'disabled';

/** What a provider's side has to be told; the same for every connection of an organization. */
export interface ServiceProvider {
  /** SAML: the audience, and the address of our metadata document. */
  entityId: string;
  /** SAML: where responses are posted to, also the Recipient and Destination. */
  acsUrl: string;
  /** SAML: our SingleLogoutService (HTTP-Redirect and HTTP-POST). */
  logoutUrl: string;
  /** OIDC. */
  redirectUri: string;
  /** OIDC: where the provider leads back to after signing out. */
  afterLogoutUri: string;
  /** OIDC: where the provider itself says that somebody's sessions are over. */
  backChannelLogoutUri: string;
}

/** Every SSO connection of the organization, the disabled ones too, oldest first. */
export const ssoConnections = query({
  permission: 'connection:read',
  input: z.object({}),
  async run(tx): Promise<SsoConnectionView[]> {
    const { organizationId } = tx.context;
    const found = await tx.em.find(
      SsoConnection,
      { organizationId },
      { orderBy: { id: 'asc' }, limit: MAX_LISTED },
    );
    return found.map(view);
  },
});

/** What the administrator of an identity provider enters there, before or after it is connected here. */
export const ssoServiceProvider = query({
  permission: 'connection:read',
  input: z.object({}),
  async run(tx): Promise<ServiceProvider> {
    const { organizationId } = tx.context;
    const [row] = await tx.rows(
      sql<{ slug: string }>`select slug from organizations where id = ${organizationId}`,
    );
    if (!row) throw notFound('organization', organizationId);
    return serviceProvider(outsideOf(tx.context).signinUrlOf(row.slug));
  },
});

/** What would be connected: the parsed document of a provider, without keeping anything. */
export const previewSso = query({
  permission: 'connection:write',
  input: z.object({ ...ProviderInput, attributes: AttributeMapInput }),
  prepare: (context, { saml, oidc, attributes }) => readProvider(context, { saml, oidc }, attributes),
  run: async (_tx, _input, settings): Promise<ProviderView> => providerView(settings.kind, settings),
});

/** Ours, by the address of the organization's sign-in page: what answers of a provider are checked against. */
export const serviceProvider = (base: string): ServiceProvider => ({
  entityId: `${base}/saml`,
  acsUrl: `${base}/saml`,
  logoutUrl: `${base}/saml/logout`,
  redirectUri: `${base}/oidc`,
  afterLogoutUri: `${base}/out`,
  backChannelLogoutUri: `${base}/oidc/logout`,
});

function view(c: SsoConnection): SsoConnectionView {
  const provider = providerView(c.kind, c.settings);
  const isActive = c.status === 'active';
  const warnings = isActive ? [...provider.warnings, ...readingWarnings(c)] : [];
  return {
    ...provider,
    id: c.id,
    name: c.name,
    active: isActive,
    matches: c.matches,
    createsPeople: c.createsPeople,
    allowsProviderStart: c.allowsProviderStart,
    createdAt: c.createdAt,
    warnings,
    health: isActive ? healthOf(provider, warnings) : 'disabled',
    refreshedAt: c.refreshedAt ?? null,
    failingSince: c.failingSince ?? null,
  };
}

function providerView(kind: ProviderView['kind'], settings: SsoSettings): ProviderView {
  const certificates = settings.kind === 'saml' ? settings.certificates.map(certificateInfo) : [];
  return {
    kind,
    providerId: providerIdOf(settings),
    signInUrl: signInUrlOf(settings),
    clientId: settings.kind === 'oidc' ? settings.clientId : null,
    certificates,
    attributes: settings.kind === undefined ? null : settings.attributes,
    warnings: certificateWarnings(certificates),
  };
}

const providerIdOf = (settings: SsoSettings): string | null =>
  settings.kind === 'saml' ? settings.entityId : settings.kind === 'oidc' ? settings.issuer : null;

function signInUrlOf(settings: SsoSettings): string | null {
  if (settings.kind === 'saml') return settings.ssoUrl;
  return settings.kind === 'oidc' ? String(settings.server.authorization_endpoint) : null;
}

function certificateWarnings(certificates: readonly CertificateInfo[]): string[] {
  const lasting = certificates.filter(({ expiresSoon }) => !expiresSoon);
  return certificates
    .filter(({ expiresSoon }) => expiresSoon && lasting.length === 0)
    .map(
      ({ fingerprint, expiresAt, expired }) =>
        `The signing certificate ${fingerprint.slice(0, 23)}... ${expired ? 'expired' : 'expires'} on ${expiresAt.toISOString().slice(0, 10)}. Add the provider's new certificate by reading its metadata again (updateSso).`,
    );
}

function healthOf({ certificates }: ProviderView, warnings: readonly string[]): SsoHealth {
  if (certificates.length > 0 && certificates.every(({ expired }) => expired)) return 'broken';
  return warnings.length > 0 ? 'attention' : 'good';
}

function readingWarnings({ refreshError, failingSince }: SsoConnection): string[] {
  if (!refreshError || !failingSince) return [];
  return [
    `The documents of the provider cannot be read since ${failingSince.toISOString().slice(0, 16)}Z: ${refreshError} Sign-ins go on with what was read before.`,
  ];
}

/** Recent sign-ins, failed and successful, newest first; only those of one connection when it is named. */
export interface SignInAttempt {
  id: string;
  at: Date;
  connectionId: string | null;
  userId: string | null;
  method: 'saml' | 'oidc' | 'password';
  succeeded: boolean;
  /** Why it failed: a word of the catalogue, and the sentence an administrator needs. */
  reason: string | null;
  detail: string | null;
  /** Who the provider said it was, when it is nobody here. */
  subject: string | null;
  address: string | null;
  agent: string | null;
  requestId: string;
}

const MAX_ATTEMPTS = 100;

/** The last sign-ins of the organization, newest first: at most 100, of one connection when it is named (NOT_FOUND). */
export const signInAttempts = query({
  permission: 'connection:read',
  input: z.object({
    connectionId: z.string().nullish(),
    first: z.int().min(1).max(MAX_ATTEMPTS).nullish(),
  }),
  async run(tx, { connectionId, first }): Promise<SignInAttempt[]> {
    const { organizationId } = tx.context;
    if (connectionId) {
      const [connection] = isId(connectionId)
        ? await tx.rows(sql`
            select id from sso_connections where organization_id = ${organizationId} and id = ${connectionId}
          `)
        : [];
      if (!connection) throw notFound('SSO connection', connectionId);
    }
    const ofConnection = connectionId ? sql`and connection_id = ${connectionId}` : sql``;
    const rows = await tx.rows(sql<Omit<SignInAttempt, 'at' | 'succeeded'> & { at: string }>`
      select id, at, connection_id as "connectionId", user_id as "userId", method, reason, detail, subject, address,
        agent, request_id as "requestId"
      from sign_in_attempts where organization_id = ${organizationId} ${ofConnection}
      order by id desc limit ${first ?? MAX_ATTEMPTS}
    `);
    return rows.map((row) => ({ ...row, at: new Date(row.at), succeeded: row.reason === null }));
  },
});
