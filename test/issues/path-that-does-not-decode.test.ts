import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';

let product: TestProduct;
let acme: TestOrganization;

beforeAll(async () => {
  product = await startProduct();
  acme = await product.organization();
});
afterAll(() => product.close());

// Paths that the router cannot read were answered by the HTTP framework, in its own words and media type.
describe.each(['GET', 'PUT', 'PATCH', 'DELETE'])('%s of a path that reaches no route', (method) => {
  it.each([
    ['%zz', 400],
    ['%', 400],
    ['%ff', 400],
    ['%c0%80', 400],
    ['%ed%a0%80', 400],
    ['x'.repeat(301), 404],
    ['x'.repeat(10_000), 404],
  ])('%.10s is a SCIM error with status %i', async (id, status) => {
    for (const resource of ['Users', 'Groups']) {
      const answer = await acme.scim(method, `/${resource}/${id}`);
      expect(answer.status).toBe(status);
      expect(answer.headers['content-type']).toBe('application/scim+json');
      expect(answer.headers['x-request-id']).toEqual(expect.any(String));
      expect(answer.body).toEqual({
        schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
        status: String(status),
        detail: expect.stringMatching(/^.{10,200}$/),
      });
    }
  });
});
