import type { TestProduct } from '../support/product.js';

/** Every table whose rows belong to an organization, with the column that says to which. */
export async function ownedTables(product: TestProduct): Promise<{ name: string; key: string }[]> {
  return product.sql<{ name: string; key: string }>(`
    select t.tablename as name, case t.tablename when 'organizations' then 'id' else 'organization_id' end as key
    from pg_tables t join pg_class c on c.oid = format('%I.%I', t.schemaname, t.tablename)::regclass
    where t.schemaname = 'public' and t.tablename not in ('migrations', 'operator_tokens') and not c.relispartition order by 1`);
}

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
    ({ name, key }) => `
      select '${name}' as name, count(*) || ' ' || coalesce(md5(string_agg(line, '|' order by line)), '') as digest
      from (select (to_jsonb(t) - '{last_used_at,last_used_address,last_used_agent}'::text[])::text as line
        from ${name} t where $1::uuid is null or t.${key} = $1) as lines`,
  );
  const rows = await product.sql<{ name: string; digest: string }>(parts.join(' union all '), [
    organizationId ?? null,
  ]);
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
