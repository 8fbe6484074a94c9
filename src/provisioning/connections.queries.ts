import { z } from 'zod';
import { query } from '../kernel/operation.js';
import { ScimConnection } from './scim-connection.entity.js';
import { ScimCredential } from './scim-credential.entity.js';

/** An organization has a handful; a list this long is a mistake that must not become a slow page. */
const MAX_LISTED = 100;

/** Every SCIM connection of the organization, the disabled ones too, oldest first. */
export const scimConnections = query({
  permission: 'connection:read',
  input: z.object({}),
  run: (tx): Promise<ScimConnection[]> =>
    tx.em.find(
      ScimConnection,
      { organizationId: tx.context.organizationId },
      { orderBy: { id: 'asc' }, limit: MAX_LISTED },
    ),
});

/** The credentials of some connections, without any secret, oldest first. */
export const scimCredentials = query({
  permission: 'connection:read',
  input: z.object({ connectionIds: z.array(z.string()) }),
  run: (tx, { connectionIds }): Promise<ScimCredential[]> =>
    tx.em.find(
      ScimCredential,
      { organizationId: tx.context.organizationId, connectionId: { $in: connectionIds } },
      { orderBy: { id: 'asc' }, limit: MAX_LISTED * MAX_LISTED },
    ),
});
