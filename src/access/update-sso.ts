import { sql } from 'kysely';
import { z } from 'zod';
import type { Database } from '../kernel/database.js';
import { DomainError, notFound } from '../kernel/errors.js';
import { isId } from '../kernel/ids.js';
import { command, type Work } from '../kernel/operation.js';
import { connectedAlready, SsoChoices } from './connect-sso.js';
import { isSealedByOldKey, type Place, seal, unseal } from './sealed.js';
import { nextRefresh } from './sso/next-refresh.js';
import { AttributeMapInput, ProviderInput, readProvider, withNames } from './sso/read-provider.js';
import { clientSecretPlace, SsoSettings } from './sso/settings.js';

/**
 * Changes an SSO connection: what is absent stays. With a provider its documents are read anew, as when a certificate
 * rolls over; the kind and who the provider is (entity id, issuer) stay, because identities hang on them. A disabled
 * connection becomes active again. NOT_FOUND for an unknown id, CONFLICT for another provider.
 */
export const updateSso = command({
  permission: 'connection:write',
  input: z.object({ id: z.string(), ...ProviderInput, attributes: AttributeMapInput, ...SsoChoices }),
  audit: ({ id: _id, ...change }, id: string) => ({
    action: 'sso.updated',
    target: id,
    details: { changed: Object.keys(change).filter((name) => change[name as keyof typeof change] != null) },
  }),
  constraints: { sso_connections_one_saml: () => connectedAlready() },
  prepare: async (context, { saml, oidc, attributes }) =>
    saml || oidc ? readProvider(context, { saml, oidc }, attributes) : undefined,
  async run(tx, input, read) {
    const { organizationId, database } = tx.context;
    const current = await lockConnection(tx, input.id);
    const settings = merged(current.settings, read, input.attributes);
    const place = clientSecretPlace(organizationId, input.id);
    const secret = input.oidc?.clientSecret ?? secretToSealAnew(database, place, current.sealedSecret);
    const sealed = secret ? seal(database, place, secret) : null;
    await tx.rows(sql`
      update sso_connections set status = 'active', name = coalesce(${input.name ?? null}, name),
        settings = ${JSON.stringify(settings)}::jsonb, sealed_secret = coalesce(${sealed}, sealed_secret),
        matches = coalesce(${input.matches ?? null}, matches),
        creates_people = coalesce(${input.createsPeople ?? null}, creates_people),
        allows_provider_start = coalesce(${input.allowsProviderStart ?? null}, allows_provider_start),
        updated_at = clock_timestamp()${read ? readJustNow(settings) : sql``}
      where organization_id = ${organizationId} and id = ${input.id}
    `);
    return input.id;
  },
});

const readJustNow = (settings: SsoSettings) =>
  sql`, refresh_at = ${nextRefresh(settings)}, refreshed_at = now(), refresh_error = null, failing_since = null`;

/** A secret that is still sealed under a previous root key, so that the key can be retired. */
function secretToSealAnew(database: Database, place: Place, sealed: Buffer | null): string | undefined {
  return sealed && isSealedByOldKey(database, sealed) ? unseal(database, place, sealed) : undefined;
}

interface LockedConnection {
  settings: SsoSettings;
  sealedSecret: Buffer | null;
}

async function lockConnection(tx: Work, id: string): Promise<LockedConnection> {
  const [row] = isId(id)
    ? await tx.rows(sql<{ settings: unknown; sealed_secret: Buffer | null }>`
        select settings, sealed_secret from sso_connections where organization_id = ${tx.context.organizationId} and id = ${id}
        for update
      `)
    : [];
  if (!row) throw notFound('SSO connection', id);
  return { settings: SsoSettings.parse(row.settings), sealedSecret: row.sealed_secret };
}

function merged(
  current: SsoSettings,
  read: SsoSettings | undefined,
  names: z.output<typeof AttributeMapInput>,
): SsoSettings {
  if (current.kind === undefined) {
    if (!read) return current;
    throw anotherProvider();
  }
  if (read && providerOf(read) !== providerOf(current)) throw anotherProvider();
  const attributes = names
    ? { ...current.attributes, ...onlyChosen(current.kind, names) }
    : current.attributes;
  return { ...(read ?? current), attributes } as SsoSettings;
}

function onlyChosen(kind: 'saml' | 'oidc', names: NonNullable<z.output<typeof AttributeMapInput>>) {
  const all = withNames(kind, names);
  return Object.fromEntries(
    Object.entries(all).filter(([name]) => names[name as keyof typeof names] != null),
  );
}

/** Who a provider is; identities hang on it. */
export const providerOf = (settings: SsoSettings): string | undefined =>
  settings.kind === 'saml' ? `saml ${settings.entityId}` : settings.kind && `oidc ${settings.issuer}`;

/** The refusal of any other provider behind the same connection. */
export const anotherProvider = (): DomainError =>
  new DomainError(
    'CONFLICT',
    'This is another identity provider than the one of this connection. People are known by it, so connect it as a new connection and disable this one.',
    { field: 'metadata' },
  );
