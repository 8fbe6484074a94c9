import { sql } from 'kysely';
import { z } from 'zod';
import type { Context } from '../kernel/context.js';
import { command, query, type Work } from '../kernel/operation.js';
import { type Place, seal, unseal } from './sealed.js';
import { type SelfSigned, selfSigned } from './sso/self-signed.js';

/** Where the key is kept (R8). */
export const samlKeyPlace = (organizationId: string): Place => ({
  organizationId,
  column: 'saml_keys.sealed_key',
  row: organizationId,
});

const knownKey = query({
  permission: 'access:request',
  input: z.object({}),
  run: (tx) => keyOf(tx),
});

const makeKey = command({
  permission: 'access:request',
  input: z.object({}),
  audit: () => undefined,
  prepare: () => selfSigned('Rollcall'),
  async run(tx, _input, made): Promise<SelfSigned> {
    const { organizationId, database } = tx.context;
    const sealed = seal(database, samlKeyPlace(organizationId), made.privateKey);
    await tx.rows(sql`
      insert into saml_keys (organization_id, certificate, sealed_key)
      values (${organizationId}, ${made.certificate}, ${sealed}) on conflict do nothing
    `);
    const kept = await keyOf(tx);
    if (!kept) throw new Error('A key is inserted or there already.');
    return kept;
  },
});

/** Those being made, by organization: a key costs a tenth of a second of work. */
const underWay = new Map<string, Promise<SelfSigned>>();

/** What an organization's SAML messages to its provider are signed with; made when it is first needed, once. */
export async function samlKey(context: Context): Promise<SelfSigned> {
  const known = await knownKey(context, {});
  if (known) return known;
  const { organizationId } = context;
  const making = underWay.get(organizationId) ?? makeKey(context, {});
  underWay.set(organizationId, making);
  return making.finally(() => underWay.delete(organizationId));
}

async function keyOf(tx: Work): Promise<SelfSigned | undefined> {
  const { organizationId, database } = tx.context;
  const [row] = await tx.rows(sql<{ certificate: string; sealed_key: Buffer }>`
    select certificate, sealed_key from saml_keys where organization_id = ${organizationId}
  `);
  if (!row) return undefined;
  const { certificate, sealed_key } = row;
  return { certificate, privateKey: unseal(database, samlKeyPlace(organizationId), sealed_key) };
}
