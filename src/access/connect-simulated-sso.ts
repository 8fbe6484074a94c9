import { z } from 'zod';
import { newId } from '../kernel/ids.js';
import { command } from '../kernel/operation.js';
import { SsoConnection } from './sso-connection.entity.js';

/**
 * Marks SSO as active with the built-in simulator, for demos and tests; the command line refuses it in production.
 */
export const connectSimulatedSso = command({
  permission: 'connection:write',
  input: z.object({}),
  audit: (_input, id: string) => ({ action: 'sso.connected', target: id, details: { kind: 'simulated' } }),
  async run(tx) {
    const id = newId();
    tx.em.create(SsoConnection, {
      organizationId: tx.context.organizationId,
      id,
      kind: 'simulated',
      status: 'active',
    });
    return id;
  },
});
