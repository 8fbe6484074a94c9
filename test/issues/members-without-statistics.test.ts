import { patch, pushGroup, pushUser } from '../support/people.js';
import { startProduct, type TestProduct } from '../support/product.js';

/**
 * A directory that grew by thousands of people since the last ANALYZE made PostgreSQL scan whole tables once for each
 * new member (plans and cached foreign-key checks from when the tables were empty): adding 5,000 members took longer
 * than the statement timeout and answered 503. The tests' PostgreSQL never analyzes by itself.
 */
let product: TestProduct;

beforeAll(async () => {
  product = await startProduct({ workers: true });
});
afterAll(() => product.close());

it('5,000 members are added and applied at once to tables without statistics', async () => {
  const acme = await product.organization();
  // Plans and foreign-key checks are made while the tables are as good as empty.
  await pushGroup(acme, undefined, [await pushUser(acme)]);
  const people = await product.fill<{ id: string }>(
    `insert into users (organization_id, id, user_name, user_name_key, email, email_key, external_id, connection_id)
     select $1, gen_random_uuid(), n, n, n, n, n, $2 from (select 'p' || i || '@people.example' as n from generate_series(1, 10000) i) x
     returning id`,
    [acme.id, acme.connectionId],
  );
  const members = people.slice(0, 5000).map(({ id }) => ({ value: id }));
  const group = await pushGroup(acme);
  const started = performance.now();
  const answer = await acme.scim(
    'PATCH',
    `/Groups/${group}`,
    patch({ op: 'add', path: 'members', value: members }),
  );
  expect(answer.status).toBe(204);
  await product.settle();
  expect(performance.now() - started).toBeLessThan(15_000);
  const [row] = await product.sql<{ active: number }>(
    "select count(*)::int as active from memberships where group_id = $1 and state = 'active'",
    [group],
  );
  expect(row?.active).toBe(5000);
});
