import type { TestProduct } from '../support/product.js';

interface OwnedTable {
  name: string;
  /** The column that says to which organization a row belongs. */
  key: string;
  /** Whether its rows say when they were last used. */
  notesUse: boolean;
}

const tablesOf = new WeakMap<TestProduct, Promise<OwnedTable[]>>();

/** Every table whose rows belong to an organization. No test makes another one. */
export function ownedTables(product: TestProduct): Promise<OwnedTable[]> {
  let tables = tablesOf.get(product);
  if (tables === undefined) {
    tables = product.sql<OwnedTable>(`
      select t.tablename as name, case t.tablename when 'organizations' then 'id' else 'organization_id' end as key,
        exists (select from pg_attribute a where a.attrelid = c.oid and a.attname like 'last_used_%') as "notesUse"
      from pg_tables t join pg_class c on c.oid = format('%I.%I', t.schemaname, t.tablename)::regclass
      where t.schemaname = 'public' and t.tablename not in ('migrations', 'operator_tokens') and not c.relispartition order by 1`);
    tablesOf.set(product, tables);
  }
  return tables;
}

const WITHOUT_USE = `(to_jsonb(t) - '{last_used_at,last_used_address,last_used_agent}'::text[])`;

/**
 * Number and fingerprint of the rows of each table, of one organization or of all, so that a difference names its
 * table. When a credential was last used, and the log of who asked for what, are left out: being asked is no change.
 */
export async function digestOf(
  product: TestProduct,
  organizationId?: string,
): Promise<Record<string, string>> {
  const tables = (await ownedTables(product)).filter(({ name }) => !name.startsWith('provisioning_log'));
  const parts = tables.map(
    ({ name, key, notesUse }) => `
      select '${name}' as name, count(*) || ' ' || coalesce(sum(hashtextextended(line, 0)), 0) as digest
      from (select ${notesUse ? WITHOUT_USE : 't'}::text as line
        from ${name} t ${organizationId === undefined ? '' : `where t.${key} = $1`}) as lines`,
  );
  const rows = await product.sqlAgain<{ name: string; digest: string }>(
    parts.join(' union all '),
    organizationId === undefined ? [] : [organizationId],
  );
  return Object.fromEntries(rows.map((row) => [row.name, row.digest]));
}

/** The columns of a table as a list for an insert: what PostgreSQL derives from the row cannot be written. */
export async function writableColumns(product: TestProduct, table: string): Promise<string> {
  const [row] = await product.sql<{ columns: string }>(
    `select string_agg(column_name, ', ') as columns from information_schema.columns
     where table_schema = 'public' and table_name = $1 and is_generated = 'NEVER'`,
    [table],
  );
  return row?.columns ?? '';
}
