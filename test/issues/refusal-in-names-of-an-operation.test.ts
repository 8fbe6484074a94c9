import { newUser, patch, pushUser } from '../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

let product: TestProduct;
let acme: TestOrganization;
let path: string;

beforeAll(async () => {
  product = await startProduct();
  acme = await product.organization({ profile: 'rfc' });
  path = `/Users/${await pushUser(acme)}`;
});
afterAll(() => product.close());

const LONG = 'x'.repeat(300);

// The detail is read inside the provider. Of a PUT it said 'change.profile.nickName', which is nothing anybody there knows.
it.each([
  ['title', { title: LONG }],
  ['name.givenName', { name: { givenName: LONG } }],
  ['nickName', { nickName: 'a\u0000' }],
  [`${ENTERPRISE}:employeeNumber`, { [ENTERPRISE]: { employeeNumber: LONG } }],
  [`${ENTERPRISE}:department`, { [ENTERPRISE]: { department: 'a\u0000' } }],
  ['x509Certificates.0.value', { x509Certificates: [{ value: '!!' }] }],
])('a refusal names %s as SCIM does', async (name, attributes) => {
  const answers = [
    await acme.scim('POST', '/Users', newUser(undefined, attributes)),
    await acme.scim('PUT', path, newUser(undefined, attributes)),
    await acme.scim('PATCH', path, patch({ op: 'replace', value: attributes })),
  ];
  for (const { status, body } of answers) {
    expect([status, body.scimType]).toEqual([400, 'invalidValue']);
    expect(body.detail.startsWith(`'${name}': `)).toBe(true);
  }
});
