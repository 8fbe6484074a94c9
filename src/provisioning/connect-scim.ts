import { sql } from 'kysely';
import { z } from 'zod';
import { DomainError } from '../kernel/errors.js';
import { newId } from '../kernel/ids.js';
import { command, type Work } from '../kernel/operation.js';
import { addCredential } from './credentials.js';
import { PROFILES, PROVIDERS, ScimConnection } from './scim-connection.entity.js';

export interface ConnectedScim {
  connectionId: string;
  /** Shown this once, as are the client id's secret: only hashes are kept. */
  token: string;
  clientId: string;
  clientSecret: string;
}

/**
 * Connects an identity provider and issues its credentials in both forms, bearer and HTTP Basic (B3): every provider
 * can use the first, and Okta's catalogue app needs the second. FORBIDDEN, with the way out, unless the organization is
 * on the Enterprise plan and has an active SSO connection (B1).
 */
export const connectScim = command({
  permission: 'connection:write',
  input: z.object({
    provider: z.enum(PROVIDERS),
    profile: z.enum(PROFILES).default('standard'),
    showsAllGroups: z.boolean().default(false),
  }),
  audit: (input, connected: ConnectedScim) => ({
    action: 'scim.connected',
    target: connected.connectionId,
    details: { provider: input.provider, profile: input.profile },
  }),
  async run(tx, input) {
    await requireScimEntitlement(tx);
    const connectionId = newId();
    tx.em.create(ScimConnection, {
      organizationId: tx.context.organizationId,
      id: connectionId,
      ...input,
      status: 'active',
    });
    await tx.em.flush();
    const bearer = addCredential(tx, connectionId, 'bearer', 'first token');
    const basic = addCredential(tx, connectionId, 'basic', 'first client');
    return {
      connectionId,
      token: bearer.token ?? '',
      clientId: basic.clientId ?? '',
      clientSecret: basic.clientSecret ?? '',
    };
  },
});

async function requireScimEntitlement(tx: Work): Promise<void> {
  const { organizationId } = tx.context;
  const [state] = await tx.rows(sql<{ plan: string; has_sso: boolean }>`
    select plan, exists (
      select from sso_connections where organization_id = ${organizationId} and status = 'active'
    ) as has_sso
    from organizations where id = ${organizationId}
  `);
  if (state?.plan !== 'enterprise') {
    throw new DomainError(
      'FORBIDDEN',
      `Provisioning by SCIM needs the Enterprise plan; this organization is on '${state?.plan}'. Upgrade the plan, then start the set-up again.`,
      { field: 'plan' },
    );
  }
  if (!state.has_sso) {
    throw new DomainError(
      'FORBIDDEN',
      'Provisioning by SCIM needs an active SSO connection first, so that provisioned people can sign in. Connect SSO, then start the set-up again.',
      { field: 'sso' },
    );
  }
}
