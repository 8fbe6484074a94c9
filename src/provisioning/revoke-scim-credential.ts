import { sql } from 'kysely';
import { z } from 'zod';
import { notFound } from '../kernel/errors.js';
import { isId } from '../kernel/ids.js';
import { command } from '../kernel/operation.js';

/** Ends a SCIM credential from the next request on. Revoking it again changes nothing. NOT_FOUND for an unknown id. */
export const revokeScimCredential = command({
  permission: 'connection:write',
  input: z.object({ id: z.string() }),
  audit: (_input, id: string) => ({ action: 'scimCredential.revoked', target: id }),
  async run(tx, { id }) {
    const { organizationId } = tx.context;
    const [row] = isId(id)
      ? await tx.rows(sql<{ id: string }>`
          update scim_credentials set revoked_at = coalesce(revoked_at, now())
          where organization_id = ${organizationId} and id = ${id} returning id
        `)
      : [];
    if (!row) throw notFound('SCIM credential', id);
    return row.id;
  },
});
