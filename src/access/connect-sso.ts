import { sql } from 'kysely';
import { z } from 'zod';
import { DomainError } from '../kernel/errors.js';
import { isStorableText } from '../kernel/fold.js';
import { newId } from '../kernel/ids.js';
import { command, type Work } from '../kernel/operation.js';
import { seal } from './sealed.js';
import { nextRefresh } from './sso/next-refresh.js';
import { AttributeMapInput, ProviderInput, readProvider } from './sso/read-provider.js';
import { clientSecretPlace } from './sso/settings.js';
import { MATCHES } from './sso-connection.entity.js';

/** People choose among them on one page. */
const MAX_CONNECTIONS = 20;

const given = <S extends z.ZodType>(schema: S) => schema.nullish().transform((value) => value ?? undefined);

/** What an administrator decides about a connection, whatever the provider speaks. */
export const SsoChoices = {
  name: given(
    z.string().trim().min(1).max(100).refine(isStorableText, 'must not contain NUL or broken Unicode'),
  ),
  matches: given(z.enum(MATCHES)),
  createsPeople: given(z.boolean()),
  allowsProviderStart: given(z.boolean()),
};

/**
 * Connects an identity provider for signing in (B37), from its SAML metadata or by OIDC discovery; from now on SCIM can
 * be set up (B1). INVALID_INPUT says what the provider's document lacks, UNAVAILABLE that it did not answer.
 */
export const connectSso = command({
  permission: 'connection:write',
  input: z.object({ ...ProviderInput, attributes: AttributeMapInput, ...SsoChoices }),
  audit: (input, id: string) => ({
    action: 'sso.connected',
    target: id,
    details: { kind: input.saml ? 'saml' : 'oidc' },
  }),
  constraints: { sso_connections_one_saml: () => connectedAlready() },
  prepare: (context, { saml, oidc, attributes }) => readProvider(context, { saml, oidc }, attributes),
  async run(tx, input, settings) {
    const { organizationId, database } = tx.context;
    await requireRoom(tx);
    const id = newId();
    const secret = input.oidc?.clientSecret;
    const sealed = secret ? seal(database, clientSecretPlace(organizationId, id), secret) : null;
    await tx.rows(sql`
      insert into sso_connections (organization_id, id, kind, status, name, settings, sealed_secret, matches,
        creates_people, allows_provider_start, refresh_at, refreshed_at)
      values (${organizationId}, ${id}, ${settings.kind}, 'active', ${input.name ?? 'Single sign-on'},
        ${JSON.stringify(settings)}::jsonb, ${sealed}, ${input.matches ?? 'external_id'},
        ${input.createsPeople ?? true}, ${input.allowsProviderStart ?? false}, ${nextRefresh(settings)}, now())
    `);
    return id;
  },
});

async function requireRoom(tx: Work): Promise<void> {
  const { organizationId } = tx.context;
  await tx.rows(sql`select id from organizations where id = ${organizationId} for update`);
  const found = await tx.rows(sql`
    select id from sso_connections where organization_id = ${organizationId} and status = 'active'
    limit ${MAX_CONNECTIONS}
  `);
  if (found.length < MAX_CONNECTIONS) return;
  throw new DomainError(
    'LIMIT_EXCEEDED',
    `This organization has ${MAX_CONNECTIONS} active SSO connections, which is the most it can have. Disable one first.`,
  );
}

/** A SAML response finds its connection by its issuer, so one provider is connected once. */
export const connectedAlready = (): DomainError =>
  new DomainError(
    'CONFLICT',
    'This identity provider is connected already. Update that connection (updateSso), or disable it first.',
    { field: 'metadata' },
  );
