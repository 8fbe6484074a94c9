import { sql } from 'kysely';
import { z } from 'zod';
import { notFound } from '../kernel/errors.js';
import { isId } from '../kernel/ids.js';
import { command } from '../kernel/operation.js';

/**
 * Ends signing in by a connection, and every session that was opened through it, in one transaction. Identities stay, so
 * that `updateSso` can bring it back. NOT_FOUND for an unknown id.
 */
export const disableSso = command({
  permission: 'connection:write',
  input: z.object({ id: z.string() }),
  audit: (_input, id: string) => ({ action: 'sso.disabled', target: id }),
  async run(tx, { id }) {
    const { organizationId } = tx.context;
    const [row] = isId(id)
      ? await tx.rows(sql<{ id: string }>`
          update sso_connections set status = 'disabled', updated_at = clock_timestamp()
          where organization_id = ${organizationId} and id = ${id} returning id
        `)
      : [];
    if (!row) throw notFound('SSO connection', id);
    await tx.rows(sql`
      update sessions set ended_at = now(), ended_because = 'connection disabled'
      where organization_id = ${organizationId} and connection_id = ${id} and ended_at is null
    `);
    return row.id;
  },
});
