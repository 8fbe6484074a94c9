import { sql } from 'kysely';
import { z } from 'zod';
import { command, type Work } from '../kernel/operation.js';
import { samlKeyPlace } from './saml-key.js';
import { isSealedByOldKey, type Place, seal, unseal } from './sealed.js';
import { clientSecretPlace } from './sso/settings.js';

/**
 * Seals everything of an organization anew that is still under a previous root key, so that the old key can be retired
 * (R8); how many. What a session tells its provider is not among it: it ends within twelve hours by itself.
 */
export const resealSecrets = command({
  permission: 'connection:write',
  input: z.object({}),
  audit: (_input, { organizationId, count }: { organizationId: string; count: number }) =>
    count === 0 ? undefined : { action: 'secrets.resealed', target: organizationId, details: { count } },
  async run(tx) {
    const { organizationId } = tx.context;
    const secrets = await tx.rows(sql<{ id: string; sealed: Buffer }>`
      select id, sealed_secret as sealed from sso_connections
      where organization_id = ${organizationId} and sealed_secret is not null order by id for update
    `);
    const connections = anew(tx, secrets, ({ id }) => clientSecretPlace(organizationId, id));
    await tx.rows(sql`
      update sso_connections c set sealed_secret = decode(n.sealed, 'hex'), updated_at = clock_timestamp()
      from jsonb_to_recordset(${JSON.stringify(connections)}::jsonb) as n(id uuid, sealed text)
      where c.organization_id = ${organizationId} and c.id = n.id
    `);
    const keys = await tx.rows(sql<{ id: string; sealed: Buffer }>`
      select organization_id as id, sealed_key as sealed from saml_keys
      where organization_id = ${organizationId} for update
    `);
    const resealed = anew(tx, keys, () => samlKeyPlace(organizationId));
    for (const { sealed } of resealed) {
      await tx.rows(sql`
        update saml_keys set sealed_key = decode(${sealed}, 'hex') where organization_id = ${organizationId}
      `);
    }
    return { organizationId, count: connections.length + resealed.length };
  },
});

const anew = (
  { context: { database } }: Work,
  rows: readonly { id: string; sealed: Buffer }[],
  placeOf: (row: { id: string }) => Place,
): { id: string; sealed: string }[] =>
  rows
    .filter(({ sealed }) => isSealedByOldKey(database, sealed))
    .map((row) => {
      const place = placeOf(row);
      return {
        id: row.id,
        sealed: seal(database, place, unseal(database, place, row.sealed)).toString('hex'),
      };
    });
