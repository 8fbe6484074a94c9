import { patch, pushGroup, pushUser } from '../support/people.js';
import { startProduct, type TestProduct } from '../support/product.js';
import { crowd } from '../workers/asynchronous.js';

/**
 * The foreign-key check of a membership is planned once per connection, here while the organization has one person; any
 * index that begins with the organization was as good as the key then. With thousands of people each of thousands of
 * checks read all of them, and the change ended at the statement timeout with 503.
 */
let product: TestProduct;

beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.close());

it('many members are added after the checks were planned for one', async () => {
  const acme = await product.organization();
  for (let i = 0; i < 12; i += 1) await pushGroup(acme, undefined, [await pushUser(acme)]);
  const ids = await crowd(product, acme, 5_000);
  for (let i = 0; i < 3; i += 1) {
    const group = await pushGroup(acme);
    const started = performance.now();
    const value = ids.map((id) => ({ value: id }));
    const answer = await acme.scim('PATCH', `/Groups/${group}`, patch({ op: 'add', path: 'members', value }));
    expect(answer.status).toBe(204);
    expect(performance.now() - started).toBeLessThan(15_000);
  }
});
