import { sql } from 'kysely';
import { z } from 'zod';
import { notFound } from '../kernel/errors.js';
import { isId } from '../kernel/ids.js';
import { command } from '../kernel/operation.js';

/**
 * Disables a connection (B4): its credentials stop at once, its people and groups stay and become editable. The
 * provider's side must be switched off by its administrator, or it goes on sending requests that are refused.
 */
export const disconnectScim = command({
  permission: 'connection:write',
  input: z.object({ connectionId: z.string() }),
  audit: (_input, id: string) => ({ action: 'scim.disconnected', target: id }),
  async run(tx, { connectionId }) {
    const { organizationId } = tx.context;
    const [row] = isId(connectionId)
      ? await tx.rows(sql<{ id: string }>`
          update scim_connections set status = 'disabled'
          where organization_id = ${organizationId} and id = ${connectionId} returning id
        `)
      : [];
    if (!row) throw notFound('SCIM connection', connectionId);
    return row.id;
  },
});
