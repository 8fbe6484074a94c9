import { newUser } from '../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';

let product: TestProduct;
let acme: TestOrganization;

beforeAll(async () => {
  product = await startProduct();
  acme = await product.organization({ profile: 'rfc' });
});
afterAll(() => product.close());

// The list of people and groups together showed people by the table of `standard`, whatever the connection's profile.
it('a person is the same resource at the base URL as at /Users, in the rfc profile too', async () => {
  const whole = { nickName: 'Ada', locale: 'en-GB', phoneNumbers: [{ value: '+44 1', type: 'work' }] };
  const { id } = (await acme.scim('POST', '/Users', newUser('ada', whole))).body;
  const { body: resource } = await acme.scim('GET', `/Users/${id}`);
  expect(resource).toMatchObject(whole);
  const filter = `id eq "${id}"`;
  const got = await acme.scim('GET', `/?filter=${encodeURIComponent(filter)}`);
  const searched = await acme.scim('POST', '/.search', { filter });
  for (const { body } of [got, searched]) expect(body.Resources).toEqual([resource]);
});
