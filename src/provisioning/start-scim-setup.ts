import { z } from 'zod';
import { newId } from '../kernel/ids.js';
import { command } from '../kernel/operation.js';
import { connectionChoice } from './connection-choice.js';
import { connectionLabel } from './label.js';
import { requireScimEntitlement } from './require-entitlement.js';
import { ScimConnection } from './scim-connection.entity.js';

/**
 * The first steps of set-up (B2): the provider is chosen and the connection is there, without any credential. Issue those
 * with `issueScimCredential`; what is next is always told by the connection's `setup`. FORBIDDEN, with the way out, unless
 * the organization is on the Enterprise plan and has an active SSO connection (B1).
 */
export const startScimSetup = command({
  permission: 'connection:write',
  input: z.object({
    ...connectionChoice,
    label: connectionLabel.nullish().transform((value) => value ?? ''),
  }),
  audit: (input, connection: ScimConnection) => ({
    action: 'scim.setupStarted',
    target: connection.id,
    details: { provider: input.provider, profile: input.profile },
  }),
  async run(tx, input): Promise<ScimConnection> {
    await requireScimEntitlement(tx);
    const { organizationId } = tx.context;
    return tx.em.create(ScimConnection, { organizationId, id: newId(), ...input, status: 'active' });
  },
});
