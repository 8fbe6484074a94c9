import { patch, pushUser } from '../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';

let product: TestProduct;
let acme: TestOrganization;

beforeAll(async () => {
  product = await startProduct();
  acme = await product.organization();
});
afterAll(() => product.close());

const bulk = async (id: string, data: unknown) => {
  const Operations = [{ method: 'PATCH', path: `/Users/${id}`, version: 'W/"1"', data }];
  const schemas = ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'];
  return (await acme.scim('POST', '/Bulk', { schemas, failOnErrors: 1, Operations })).body.Operations[0];
};

// The example of RFC 7644 section 3.7, which suites and clients send as it stands, has the operations of a PATCH alone.
it('a PATCH inside /Bulk may be the list of its operations, as the RFC shows it', async () => {
  const id = await pushUser(acme);
  const operations = [
    { op: 'remove', path: 'name.givenName' },
    { op: 'add', path: 'title', value: 'Dave' },
  ];
  expect(await bulk(id, operations)).toMatchObject({ status: '200', version: 'W/"2"' });
  const { body } = await acme.scim('GET', `/Users/${id}`);
  expect(body).toMatchObject({ title: 'Dave' });
  expect(body).not.toHaveProperty('name.givenName');
});

it('an empty list is refused as an empty PatchOp is, and a list of its own request stays 400', async () => {
  const id = await pushUser(acme);
  expect(await bulk(id, [])).toMatchObject({ status: '400', response: { scimType: 'invalidSyntax' } });
  const { Operations } = patch({ op: 'replace', path: 'title', value: 'x' }) as { Operations: unknown };
  const alone = await acme.scim('PATCH', `/Users/${id}`, Operations);
  expect([alone.status, alone.body.scimType]).toEqual([400, 'invalidSyntax']);
});
