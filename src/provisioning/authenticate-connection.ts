import { sql } from 'kysely';
import { networkOf } from '../kernel/client-network.js';
import type { Context } from '../kernel/context.js';
import { useIsStale } from '../kernel/credential-check.js';
import type { Database } from '../kernel/database.js';
import { DomainError } from '../kernel/errors.js';
import { CONNECTION_PERMISSIONS } from '../kernel/permissions.js';
import { isLookupId, parseToken, secretMatches } from '../kernel/secrets.js';
import { runInSystem, type Transaction } from '../kernel/tenancy.js';
import { BEARER_PREFIX, CLIENT_PREFIX } from './credentials.js';
import { lockOf } from './health/health.js';
import { type KnownCredential, proofOf } from './known-credential.js';
import type { RefusedBy } from './log-entry.js';
import type { Provider } from './scim-connection.entity.js';

export interface ScimRequestIdentity {
  authorization: string | undefined;
  /** The organization the host name asks for, when it asks for one (B5). */
  hostSlug: string | undefined;
  address: string;
  userAgent: string | undefined;
  requestId: string;
  /** Whose share of the database the look-up is, when that is known; else that of wherever it comes from. */
  organizationId?: string | undefined;
}

interface CredentialRow {
  organization_id: string;
  id: string;
  connection_id: string;
  secret_hash: Buffer;
  slug: string;
  provider: Provider;
  profile: 'standard' | 'rfc';
  shows_all_groups: boolean;
  use_is_stale: boolean;
  is_revoked: boolean;
  is_expired: boolean;
  status: 'active' | 'disabled';
  last_four: string;
  plan: string;
  has_sso: boolean;
}

/** Whose administrators may read of a refusal (B3), and what they read; the client learns neither. */
export class CredentialRefusal {
  constructor(
    readonly owner: RefusedBy | undefined,
    readonly reason: string,
  ) {}
}

const refused = (owner: RefusedBy | undefined, reason: string): DomainError =>
  new DomainError(
    'UNAUTHENTICATED',
    'The credentials of this request are missing or not valid for this organization. Send `Authorization: Bearer <token>`, or HTTP Basic with the client id and secret, exactly as they were shown when the connection was set up; a revoked or expired one must be replaced.',
    { cause: new CredentialRefusal(owner, reason) },
  );

/**
 * The context of an identity provider's request. UNAUTHENTICATED, always with the same words, whether the credential is
 * missing, malformed, unknown, wrong, revoked, expired, of a disabled connection, or of another organization than the
 * host names: nobody learns which organizations or credentials exist. FORBIDDEN, with the reason and the way out, for a good
 * credential of an organization that may not provision any more (B1). The private cause is a CredentialRefusal.
 */
export async function authenticateConnection(
  database: Database,
  request: ScimRequestIdentity,
): Promise<Context> {
  return (await lookUpCredential(database, request)).context;
}

/** The same, and what of it the process may remember (`contextOfKnown`). */
export async function lookUpCredential(
  database: Database,
  request: ScimRequestIdentity,
): Promise<{ context: Context; known: KnownCredential }> {
  const presented = readCredential(request.authorization);
  const byHost = request.hostSlug === undefined ? undefined : { slug: request.hostSlug };
  if (!presented) throw refused(byHost, withoutCredential(request.authorization));
  // Not the credential's own: strangers could have as many shares as they think up.
  const share = request.organizationId ?? `client ${networkOf(request.address)}`;
  const row = await runInSystem(database, (tx) => acceptCredential(tx, presented, request), {
    share,
    readOnly: true,
  });
  if (row instanceof CredentialRefusal) throw refused(row.owner ?? byHost, row.reason);
  requireUnlocked(row);
  if (row.use_is_stale) await runInSystem(database, (tx) => noteUse(tx, row, request), { share });
  const caller: KnownCredential['caller'] = {
    organizationId: row.organization_id,
    actor: {
      kind: 'connection',
      id: row.connection_id,
      credentialId: row.id,
      provider: row.provider,
      profile: row.profile,
      showsAllGroups: row.shows_all_groups,
    },
    permissions: new Set(CONNECTION_PERMISSIONS),
  };
  const owner = {
    organizationId: row.organization_id,
    connectionId: row.connection_id,
    credentialId: row.id,
  };
  return {
    context: { database, ...caller, requestId: request.requestId },
    known: { caller, slug: row.slug, owner, proof: proofOf(owner) },
  };
}

/**
 * Which profile discovery describes: that of the credential if a valid one is sent, else that of the
 * organization the host names when it has exactly one active connection, else `standard`. Never refuses: discovery
 * needs no credential (B6).
 */
export async function profileForDiscovery(
  database: Database,
  request: ScimRequestIdentity,
): Promise<'standard' | 'rfc'> {
  const { actor } = (await authenticated(database, request)) ?? {};
  if (actor?.kind === 'connection') return actor.profile;
  const { hostSlug } = request;
  if (hostSlug === undefined) return 'standard';
  const active = await runInSystem(database, (tx) =>
    tx.rows(sql<{ profile: 'standard' | 'rfc' }>`
      select s.profile from organizations o
      join scim_connections s on s.organization_id = o.id and s.status = 'active'
      where o.slug = ${hostSlug} limit 2
    `),
  );
  return (active.length === 1 && active[0]?.profile) || 'standard';
}

async function authenticated(database: Database, request: ScimRequestIdentity): Promise<Context | undefined> {
  if (request.authorization === undefined) return undefined;
  try {
    return await authenticateConnection(database, request);
  } catch (error) {
    if (error instanceof DomainError && error.cause instanceof CredentialRefusal) return undefined;
    throw error;
  }
}

type Presented = NonNullable<ReturnType<typeof readCredential>>;

async function acceptCredential(
  tx: Transaction,
  presented: Presented,
  request: ScimRequestIdentity,
): Promise<CredentialRow | CredentialRefusal> {
  const [found] = await tx.rows(
    sql<CredentialRow>`
      select c.organization_id, c.id, c.connection_id, c.secret_hash, c.last_four, o.slug,
             o.plan, exists (
               select from sso_connections x where x.organization_id = o.id and x.status = 'active') as has_sso,
             s.provider, s.profile, s.shows_all_groups, s.status, c.revoked_at is not null as is_revoked,
             coalesce(c.expires_at <= now(), false) as is_expired,
             ${useIsStale(sql`c.last_used_at`)} as use_is_stale
      from scim_credentials c
      join scim_connections s on s.organization_id = c.organization_id and s.id = c.connection_id
      join organizations o on o.id = c.organization_id
      where c.lookup_id = ${presented.lookupId} and c.kind = ${presented.kind}
    `,
    { prepared: true },
  );
  if (!found) return new CredentialRefusal(undefined, 'The credential that was sent does not exist here.');
  const reason = whyNot(found, presented, request);
  if (reason !== undefined) {
    const { organization_id: organizationId, connection_id: connectionId, id: credentialId } = found;
    return new CredentialRefusal({ organizationId, connectionId, credentialId }, reason);
  }
  return found;
}

/** B3: time, address and user agent of the last use, at most once a minute. */
async function noteUse(tx: Transaction, used: CredentialRow, request: ScimRequestIdentity): Promise<void> {
  await tx.rows(sql`
    update scim_credentials
    set last_used_at = now(), last_used_address = ${request.address},
        last_used_agent = ${request.userAgent?.slice(0, 200) ?? null}
    where organization_id = ${used.organization_id} and id = ${used.id}
  `);
}

/** B1, as `connection.health` tells it (LOCKED). Whose credential it is may be known: it is good. */
function requireUnlocked({ plan, has_sso: hasSso, ...found }: CredentialRow): void {
  const lock = lockOf({ plan: plan === 'enterprise' ? 'enterprise' : 'team', hasSso });
  if (!lock) return;
  const owner = {
    organizationId: found.organization_id,
    connectionId: found.connection_id,
    credentialId: found.id,
  };
  throw new DomainError('FORBIDDEN', LOCKED[lock], { cause: new CredentialRefusal(owner, LOCKED[lock]) });
}

const LOCKED = {
  plan: 'Provisioning by SCIM needs the Enterprise plan, and this organization is not on it any more. Nothing was changed. Upgrade the plan, and provisioning goes on; or switch it off in the identity provider.',
  sso: 'Provisioning by SCIM needs an active SSO connection, so that provisioned people can sign in, and this organization has none any more. Nothing was changed. Connect SSO, and provisioning goes on; or switch it off in the identity provider.',
} as const;

/** In words for the administrator; undefined when the credential is good. */
function whyNot(found: CredentialRow, presented: Presented, { hostSlug }: ScimRequestIdentity) {
  const which = `The credential that ends in ${found.last_four}`;
  if (!secretMatches(presented.secret, found.secret_hash)) return `${which} was sent with a wrong secret.`;
  if (found.is_revoked) return `${which} was revoked. Put a current one into the identity provider.`;
  if (found.is_expired) return `${which} has expired. Put a new one into the identity provider.`;
  if (found.status !== 'active') {
    return `${which} belongs to a connection that is disabled here. Switch provisioning off in the identity provider too.`;
  }
  if (hostSlug === undefined || hostSlug === found.slug) return undefined;
  return `${which} was sent to the host name of another organization. Correct the base URL in the identity provider.`;
}

const withoutCredential = (header: string | undefined): string =>
  header === undefined
    ? 'No credential was sent.'
    : 'What was sent as a credential is neither a bearer token nor a client id and secret of this product.';

/** RFC 6750 and RFC 7617; the scheme in any letter case. A bare token without a scheme is not a credential. */
function readCredential(header: string | undefined) {
  const space = header?.indexOf(' ') ?? -1;
  if (header === undefined || space < 0) return undefined;
  const scheme = header.slice(0, space).toLowerCase();
  const rest = header.slice(space + 1).trim();
  if (scheme === 'bearer') {
    const token = parseToken(BEARER_PREFIX, rest);
    return token && { kind: 'bearer' as const, ...token };
  }
  if (scheme !== 'basic') return undefined;
  const [clientId = '', ...secret] = Buffer.from(rest, 'base64').toString('utf8').split(':');
  const lookupId = clientId.slice(CLIENT_PREFIX.length + 1);
  if (!clientId.startsWith(`${CLIENT_PREFIX}_`) || !isLookupId(lookupId)) return undefined;
  return { kind: 'basic' as const, lookupId, secret: secret.join(':') };
}
