import { newUser } from '../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';

let product: TestProduct;
let acme: TestOrganization;

beforeAll(async () => {
  product = await startProduct();
  acme = await product.organization({ profile: 'rfc' });
});
afterAll(() => product.close());

// A password is never shown and never stored. `password pr` found everybody all the same.
it.each(['password pr', 'not (password pr)', 'password eq null', 'password ne null', 'password eq "x"'])(
  'a filter cannot ask for the password: %s',
  async (filter) => {
    await acme.scim('POST', '/Users', newUser());
    const answer = await acme.scim('GET', `/Users?filter=${encodeURIComponent(filter)}`);
    expect([answer.status, answer.body.scimType]).toEqual([400, 'invalidFilter']);
  },
);
