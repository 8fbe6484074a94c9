import { startProduct, type TestProduct } from '../support/product.js';

let product: TestProduct;

beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.close());

// `/graphql` took the second word of the header for the token, whatever came after it, and refused a second blank.
it('an API token is all that follows the scheme (RFC 6750 section 2.1)', async () => {
  const { apiToken } = await product.organization();
  const ask = async (authorization: string) => {
    const headers = { authorization, 'content-type': 'application/json' };
    const payload = { query: '{ organization { id } }' };
    return (await product.app.inject({ method: 'POST', url: '/graphql', headers, payload })).statusCode;
  };
  expect(await ask(`Bearer  ${apiToken}`)).toBe(200);
  expect(await ask(`bearer ${apiToken}`)).toBe(200);
  expect(await ask(`Bearer ${apiToken} x`)).toBe(401);
  expect(await ask(`Bearer ${apiToken},`)).toBe(401);
});
