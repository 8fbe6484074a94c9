import { z } from 'zod';
import { newId } from '../kernel/ids.js';
import { command } from '../kernel/operation.js';
import { connectionChoice } from './connection-choice.js';
import { addCredential } from './credentials.js';
import { requireScimEntitlement } from './require-entitlement.js';
import { ScimConnection } from './scim-connection.entity.js';

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
    ...connectionChoice,
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
