import { type RawBuilder, sql } from 'kysely';
import type { Work } from '../../kernel/operation.js';
import { fingerprintsOf, type Identity } from './fingerprint.js';

/** Remembers that somebody with these values was erased (B38), without remembering the values. */
export async function leaveTombstone(tx: Work, identities: readonly Identity[]): Promise<void> {
  const { organizationId, database } = tx.context;
  const marks = identities.flatMap((one) => fingerprintsOf(database.secretKey, organizationId, one));
  const values = marks.map((mark) => sql`(${organizationId}::uuid, ${mark}::bytea)`);
  if (values.length === 0) return;
  await tx.rows(sql`
    insert into erased_identities (organization_id, fingerprint)
    select distinct * from (values ${sql.join(values)}) as given
    on conflict (organization_id, fingerprint) do update set erased_at = now()
  `);
}

/** Whether somebody who had one of these values was erased here: true or false, in a statement of the caller's. */
export function wasErased(tx: Work, identity: Identity): RawBuilder<boolean> {
  const { organizationId, database } = tx.context;
  const marks = fingerprintsOf(database.secretKey, organizationId, identity).map(
    (mark) => sql`${mark}::bytea`,
  );
  if (marks.length === 0) return sql`false`;
  return sql<boolean>`exists (
    select from erased_identities e
    where e.organization_id = ${organizationId} and e.fingerprint in (${sql.join(marks)}))`;
}
