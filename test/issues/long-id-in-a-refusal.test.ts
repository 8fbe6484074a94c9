import { patch, pushGroup } from '../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';

let product: TestProduct;
let acme: TestOrganization;

beforeAll(async () => {
  product = await startProduct();
  acme = await product.organization();
});
afterAll(() => product.close());

// A member id of a megabyte came back whole in the detail: a refusal must not be as large as what it refuses.
it('a refusal repeats the start of an id only', async () => {
  const group = await pushGroup(acme);
  const long = '\ud83d\ude00'.repeat(250_000);
  for (const value of [[{ value: long }], [{ value: long }, { value: `${long}x` }]]) {
    const answer = await acme.scim('PATCH', `/Groups/${group}`, patch({ op: 'add', path: 'members', value }));
    expect(answer.status).toBe(404);
    expect(answer.body.detail.length).toBeLessThan(400);
    expect(answer.body.detail.isWellFormed()).toBe(true);
  }
});
