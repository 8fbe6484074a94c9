import { sql } from 'kysely';
import { z } from 'zod';
import { query } from '../kernel/operation.js';
import type { LoggedWrite } from './mapping/check.js';

/** As many connections as one list shows. */
const MAX_CONNECTIONS = 100;
/** Requests of a connection that are looked at, reads among them. Nothing is counted while requests are served. */
const LOOKBACK = 500;

interface WriteRow extends Omit<LoggedWrite, 'normalisations' | 'changed'> {
  connectionId: string;
  normalisations: string;
  changed: string | null;
}

/** The newest writes of people by some connections, newest first: what `checkMapping` judges by. */
export const mappingEvidence = query({
  permission: 'connection:read',
  input: z.object({ connectionIds: z.array(z.uuid()).max(MAX_CONNECTIONS) }),
  async run(tx, { connectionIds }): Promise<Map<string, LoggedWrite[]>> {
    const rows = await tx.rows(sql<WriteRow>`
      select c.id as "connectionId", w.request_id as "requestId", w.operation, w.status, w.detail,
        to_jsonb(w.normalisations)::text as normalisations, k.changed
      from unnest(${connectionIds}::uuid[]) as c(id)
      cross join lateral (
        select l.id, l.request_id, l.operation, l.status, l.detail, l.normalisations, l.changes
        from (
          select n.id, n.request_id, n.operation, n.status, n.detail, n.normalisations, n.changes, n.resource_type, n.method
          from provisioning_log n
          where n.organization_id = ${tx.context.organizationId} and n.connection_id = c.id
          order by n.id desc limit ${LOOKBACK}) l
        where l.resource_type = 'User' and l.method in ('POST', 'PUT', 'PATCH')) w
      cross join lateral (select jsonb_agg(name)::text as changed from jsonb_object_keys(w.changes) as name) k
      order by w.id desc
    `);
    const found = new Map<string, LoggedWrite[]>(connectionIds.map((id) => [id, []]));
    for (const { connectionId, normalisations, changed, ...row } of rows) {
      found.get(connectionId)?.push({
        ...row,
        normalisations: JSON.parse(normalisations),
        changed: JSON.parse(changed ?? '[]'),
      });
    }
    return found;
  },
});
