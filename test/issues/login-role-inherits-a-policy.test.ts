import pg from 'pg';
import { startProduct, type TestProduct } from '../support/product.js';

let product: TestProduct;

beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.close());

// The login role is a member of rollcall_system, so it inherited the policy that opens seven tables to that role: a
// statement run outside of a transaction of `tenancy` read the credentials and memberships of every organization.
it('a statement that never entered a scope sees no row of anybody', async () => {
  await product.organization();
  const client = new pg.Client({ connectionString: product.databaseUrl });
  await client.connect();
  for (const table of [
    'organizations',
    'scim_connections',
    'scim_credentials',
    'api_tokens',
    'memberships',
  ]) {
    expect((await client.query(`select from ${table}`)).rowCount).toBe(0);
  }
  expect((await client.query('update scim_credentials set last_used_at = now()')).rowCount).toBe(0);
  await client.end();
});
