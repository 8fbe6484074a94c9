import { newUser, patch } from '../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';

let product: TestProduct;
let acme: TestOrganization;
beforeAll(async () => {
  product = await startProduct();
  acme = await product.organization({ profile: 'rfc' });
});
afterAll(() => product.close());

// An absent `active` leaves a person as active as they were; a PATCH that removes it was answered 200 for that reason, and
// nothing had happened.
it('a remove of active is refused in the rfc profile, and a false stays', async () => {
  const { body: created } = await acme.scim('POST', '/Users', newUser(undefined, { active: false }));
  const { status, body } = await acme.scim(
    'PATCH',
    `/Users/${created.id}`,
    patch({ op: 'remove', path: 'active' }),
  );
  expect([status, body.scimType]).toEqual([400, 'mutability']);
  expect(body.detail).toContain(`'active'`);
  expect((await acme.scim('GET', `/Users/${created.id}`)).body).toEqual(created);
});
