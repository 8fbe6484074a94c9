import { sql } from 'kysely';
import { DomainError } from '../kernel/errors.js';
import type { Work } from '../kernel/operation.js';

/** B3: the one in use and the one that takes its place; a third would be one that nobody watches. */
const MAX_LIVE = 2;

/** CONFLICT when the connection, which the caller has locked, has two live credentials of the kind already (B3). */
export async function requireRoom(tx: Work, connectionId: string, kind: 'bearer' | 'basic'): Promise<void> {
  const live = await tx.rows(sql<{ last_four: string }>`
    select last_four from scim_credentials
    where organization_id = ${tx.context.organizationId} and connection_id = ${connectionId} and kind = ${kind}
      and revoked_at is null and coalesce(expires_at > now(), true)
    order by id
  `);
  if (live.length < MAX_LIVE) return;
  const which = live.map((one) => `the one that ends in ${one.last_four}`).join(' and ');
  throw new DomainError(
    'CONFLICT',
    `This connection has ${live.length} live credentials of this kind already: ${which}. Revoke the one that the identity provider does not use any more, then issue another.`,
    { field: 'kind' },
  );
}
