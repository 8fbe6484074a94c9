import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';

const PEOPLE = 5_000;
let product: TestProduct;
let acme: TestOrganization;

beforeAll(async () => {
  product = await startProduct();
  acme = await product.organization();
});
afterAll(() => product.close());

// As many connections as organizations: PostgreSQL, which does not know that one decides the other, took the people of a
// connection for one row, and a look-up by user name read all of them. In 100,000 people it took 95 ms instead of 0.1.
it('a look-up by user name reads one person and not all of the connection', async () => {
  const columns =
    'organization_id, id, user_name, user_name_key, email, email_key, external_id, connection_id';
  await product.fill(
    `insert into users (${columns}) select $1, gen_random_uuid(), n, n, n || '@p.example', n || '@p.example', n, $2::uuid
     from (select 'p' || i as n from generate_series(1, ${PEOPLE}) i) names`,
    [acme.id, acme.connectionId],
  );
  await product.fill(
    `insert into users (${columns}) select o, gen_random_uuid(), n, n, n || '@p.example', n || '@p.example', n, c
     from (select gen_random_uuid() as o, gen_random_uuid() as c from generate_series(1, 3000)) organizations
     cross join (select 'p' || i as n from generate_series(1, 3) i) names`,
  );
  await product.sql('analyze users');
  const read = async () => {
    const [row] = await product.sql<{ read: number }>(
      `select sum(idx_tup_read)::int as read from pg_stat_user_indexes where relname = 'users'`,
    );
    return row?.read ?? 0;
  };
  // What a connection has read is counted at the latest when it ends.
  await product.endConnections();
  const before = await read();
  for (let i = 1; i <= 20; i += 1) {
    const answer = await acme.scim('GET', `/Users?filter=${encodeURIComponent(`userName eq "p${i}"`)}`);
    expect({ status: answer.status, found: answer.body.totalResults }).toEqual({ status: 200, found: 1 });
  }
  await product.endConnections();
  expect((await read()) - before).toBeLessThan(PEOPLE);
});
