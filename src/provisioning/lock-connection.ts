import { sql } from 'kysely';
import { notFound } from '../kernel/errors.js';
import { isId } from '../kernel/ids.js';
import type { Work } from '../kernel/operation.js';

/** Whoever changes a connection or its credentials does so one after another. NOT_FOUND for an unknown id. */
export async function lockConnection(tx: Work, id: string): Promise<void> {
  const rows = isId(id)
    ? await tx.rows(sql`
        select id from scim_connections
        where organization_id = ${tx.context.organizationId} and id = ${id} for update
      `)
    : [];
  if (rows.length === 0) throw notFound('SCIM connection', id);
}
