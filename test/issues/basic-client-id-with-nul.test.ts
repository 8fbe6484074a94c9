import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';

let product: TestProduct;
let acme: TestOrganization;

beforeAll(async () => {
  product = await startProduct();
  acme = await product.organization();
});
afterAll(() => product.close());

// A NUL in the client id of HTTP Basic reached PostgreSQL, which refuses it: 500 for anybody who asked.
it.each(['a\u0000b', `${'0'.repeat(23)}\u0000`, '', 'A'.repeat(24), '0'.repeat(5_000)])(
  'a client id that cannot be one is 401 like any other (%j)',
  async (id) => {
    const sent = Buffer.from(`rcc_${id}:secret`).toString('base64');
    const answer = await acme.scim('GET', '/Users', undefined, { authorization: `Basic ${sent}` });
    expect(answer.status).toBe(401);
    expect(answer.body).toEqual((await acme.scim('GET', '/Users', undefined, { authorization: 'x' })).body);
  },
);
