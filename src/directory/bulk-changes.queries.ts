import { sql } from 'kysely';
import { z } from 'zod';
import type { Context } from '../kernel/context.js';
import { notFound } from '../kernel/errors.js';
import { isId } from '../kernel/ids.js';
import { query } from '../kernel/operation.js';
import { KeysetPage, type KeysetResult, readCursor } from '../kernel/page.js';
import { BULK_COLUMNS, type BulkChangeRecord, type BulkChangeRow, toBulkChange } from './bulk-change.js';
import type { BulkReason } from './bulk-outcome.js';
import { MAX_PARENTS } from './memberships.queries.js';
import { count, cursorPage, type List } from './pages.js';

const list = ({ organizationId }: Context): List => ({
  columns: BULK_COLUMNS,
  from: sql`bulk_changes r`,
  where: sql`r.organization_id = ${organizationId}`,
  alias: 'r',
});

/** One change of many people and how far it has come. NOT_FOUND for an unknown id. */
export const bulkChange = query({
  permission: 'user:read',
  input: z.object({ id: z.string() }),
  async run(tx, { id }): Promise<BulkChangeRecord> {
    const [row] = isId(id)
      ? await tx.rows(sql<BulkChangeRow>`
          select ${BULK_COLUMNS} from bulk_changes r
          where r.organization_id = ${tx.context.organizationId} and r.id = ${id}
        `)
      : [];
    if (!row) throw notFound('bulk change', id);
    return toBulkChange(row);
  },
});

/** The bulk changes of the organization, oldest first, the ended ones too. */
export const bulkChanges = query({
  permission: 'user:read',
  input: z.object({ page: KeysetPage.prefault({}) }),
  async run(tx, { page }): Promise<KeysetResult<BulkChangeRecord>> {
    const { rows, hasNextPage } = await cursorPage<BulkChangeRow>(tx, list(tx.context), page);
    return { rows: rows.map(toBulkChange), hasNextPage };
  },
});

/** How many there are. */
export const bulkChangeCount = query({
  permission: 'user:read',
  input: z.object({}),
  run: (tx) => count(tx, list(tx.context)),
});

/** Somebody whom a bulk change left as they are, and why. */
export interface BulkFailure {
  changeId: string;
  userId: string;
  reason: BulkReason;
  connectionId: string | null;
}

/** One page of failures for each of some changes, in one statement, in the order of the people's ids. */
export const bulkFailures = query({
  permission: 'user:read',
  input: z.object({ ids: z.array(z.uuid()).max(MAX_PARENTS), page: KeysetPage.prefault({}) }),
  async run(tx, { ids, page }): Promise<Map<string, KeysetResult<BulkFailure>>> {
    const after = page.after ? sql`and i.user_id > ${readCursor(page.after)}` : sql``;
    const rows = await tx.rows(sql<BulkFailure>`
      select p.* from unnest(${ids}::uuid[]) as parent(id) cross join lateral (
        select i.change_id as "changeId", i.user_id as "userId", i.reason, i.connection_id as "connectionId"
        from bulk_change_items i
        where i.organization_id = ${tx.context.organizationId} and i.change_id = parent.id and i.reason is not null ${after}
        order by i.user_id limit ${page.first + 1}) p
    `);
    const found = Map.groupBy(rows, ({ changeId }) => changeId);
    return new Map(
      ids.map((id) => {
        const all = found.get(id) ?? [];
        return [id, { rows: all.slice(0, page.first), hasNextPage: all.length > page.first }];
      }),
    );
  },
});
