import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';

let product: TestProduct;
let acme: TestOrganization;

beforeAll(async () => {
  product = await startProduct();
  acme = await product.organization();
});
afterAll(() => product.close());

// A standby, or a primary that was demoted, refuses every write with 25006, which was INTERNAL: nobody could know that
// nothing was changed, and that another address would have taken it.
it('answers queries, and says of a change that the database only reads', async () => {
  const query = '{ users(first: 1) { totalCount } }';
  expect((await acme.graphql(query)).body.errors).toBeUndefined();
  await product.sql(
    `do $$ begin execute format('alter database %I set default_transaction_read_only = on', current_database()); end $$`,
  );
  await product.endConnections();
  const read = await acme.graphql(query);
  expect(read.body.errors).toBeUndefined();
  const change = await acme.graphql('mutation { inviteUser(input: { email: "ida@people.example" }) { id } }');
  expect(change.body.errors[0]).toMatchObject({
    message: expect.stringContaining('only reads at the moment. Nothing was changed'),
    extensions: { code: 'UNAVAILABLE', retryAfter: 5 },
  });
});
