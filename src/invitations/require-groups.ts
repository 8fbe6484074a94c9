import { sql } from 'kysely';
import { notFound } from '../kernel/errors.js';
import { isId } from '../kernel/ids.js';
import type { Work } from '../kernel/operation.js';

/** A promise of a group that is nobody's would be broken in silence; another organization's reads the same. */
export async function requireGroups(tx: Work, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const rows = await tx.rows(sql<{ id: string }>`
    select id from groups where organization_id = ${tx.context.organizationId} and id = any(${ids.filter(isId)}::uuid[])
  `);
  const found = new Set(rows.map((row) => row.id));
  const missing = ids.find((id) => !found.has(id));
  if (missing !== undefined) throw notFound('group', missing);
}
