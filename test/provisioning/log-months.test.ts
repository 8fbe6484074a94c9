import { pushUser } from '../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';
import { readLog } from './log-reading.js';

let product: TestProduct;
let acme: TestOrganization;

beforeAll(async () => {
  product = await startProduct();
  acme = await product.organization();
});
afterAll(() => product.close());

describe('the months of the log', () => {
  it('are made ahead, take rows that found none, and are dropped as a whole', async () => {
    const months = async () =>
      (
        await product.sql<{ name: string }>(
          `select relname as name from pg_class where relnamespace = 'provisioning_log_months'::regnamespace
           and relkind = 'r' order by 1`,
        )
      ).map((row) => row.name);
    const made = await months();
    expect(made).toHaveLength(4);
    const [, next = ''] = made;
    await product.sql(`drop table provisioning_log_months.${next}`);
    const ahead = new Date();
    ahead.setUTCMonth(ahead.getUTCMonth() + 1, 15);
    await product.sql(
      `insert into provisioning_log (organization_id, id, at, request_id, method, operation, status, outcome, changes,
         normalisations, ignored, dialect, duration_ms, address)
       values ($1, provisioning_log_bound($2), $2, 'late', 'GET', 'users', 200, 'unchanged', '{}', '{}', '{}', 'other', 1, '::1')`,
      [acme.id, ahead],
    );
    await product.sql('select keep_provisioning_log(13)');
    expect(await months()).toEqual(made);
    const [row] = await product.sql<{ home: string }>(
      `select tableoid::regclass::text as home from provisioning_log where request_id = 'late'`,
    );
    expect(row?.home).toBe(`provisioning_log_months.${next}`);

    await product.sql(`create table provisioning_log_months.m2020_01 (like provisioning_log including all)`);
    await product.sql('select keep_provisioning_log(13)');
    expect(await months()).toEqual(made);
  });

  it('cannot be reached but through the table, and there by their organization alone', async () => {
    await pushUser(acme);
    const [open] = await product.sql<{ count: number }>(
      `select count(*)::int as count from pg_class c where relnamespace = 'provisioning_log_months'::regnamespace
       and relkind = 'r' and (not relrowsecurity or not relforcerowsecurity
         or has_table_privilege('rollcall_organization', c.oid, 'select'))`,
    );
    expect(open?.count).toBe(0);
    const other = await product.organization();
    expect(await readLog(other)).toEqual([]);
  });
});
