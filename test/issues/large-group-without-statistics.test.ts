import { pushGroup } from '../support/people.js';
import { startProduct, type TestProduct } from '../support/product.js';
import { crowd } from '../workers/asynchronous.js';

// A group that grew faster than PostgreSQL gathers statistics could not be created, read or deleted: each of these
// compared every member with every person of the connection, ran into the statement timeout and answered 503. The
// tests' PostgreSQL never gathers any by itself.

let product: TestProduct;

beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.close());

it('a group of thousands is created, read, listed and deleted although the tables were never analysed', async () => {
  const acme = await product.organization();
  await pushGroup(acme, undefined, await crowd(product, acme, 2));
  const group = await pushGroup(acme, undefined, await crowd(product, acme, 4_000));
  const answers = [
    await acme.scim('GET', `/Groups/${group}`),
    await acme.scim('GET', '/Groups'),
    await acme.scim('GET', '/Users?count=1000'),
    await acme.scim('DELETE', `/Groups/${group}`),
  ];
  expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 204]);
  expect(answers[0]?.body.members).toHaveLength(4_000);
});
