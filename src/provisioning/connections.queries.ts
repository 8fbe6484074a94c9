import { z } from 'zod';
import { notFound } from '../kernel/errors.js';
import { isId } from '../kernel/ids.js';
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

/** One SCIM connection. NOT_FOUND for an unknown id. */
export const scimConnection = query({
  permission: 'connection:read',
  input: z.object({ id: z.string() }),
  async run(tx, { id }): Promise<ScimConnection> {
    const { organizationId } = tx.context;
    const found = isId(id) ? await tx.em.findOne(ScimConnection, { organizationId, id }) : null;
    if (!found) throw notFound('SCIM connection', id);
    return found;
  },
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
