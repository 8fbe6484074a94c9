import { patch, pushGroup, pushUser } from '../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';

let product: TestProduct;
let acme: TestOrganization;

beforeAll(async () => {
  product = await startProduct();
  acme = await product.organization();
});
afterAll(() => product.close());

// PostgreSQL finds a UUID in any letter case, and what was looked up by the spelling sent was not found again: a group
// answered with no members, a person with no groups. Ids are caseExact, so another spelling is another id.
it('an id in upper case names nothing, through either door', async () => {
  const user = await pushUser(acme);
  const group = await pushGroup(acme, undefined, [user]);
  const [USER, GROUP] = [user.toUpperCase(), group.toUpperCase()];
  const remove = patch({ op: 'remove', path: `members[value eq "${USER}"]` });
  expect((await acme.scim('GET', `/Groups/${GROUP}`)).status).toBe(404);
  expect((await acme.scim('GET', `/Users/${USER}`)).status).toBe(404);
  expect((await acme.scim('DELETE', `/Users/${USER}`)).status).toBe(404);
  expect((await acme.scim('GET', `/Users?filter=id eq "${USER}"`)).body.totalResults).toBe(0);
  expect((await acme.scim('PATCH', `/Groups/${group}`, remove)).status).toBe(204);
  expect((await acme.scim('GET', `/Groups/${group}`)).body.members).toHaveLength(1);
  const answer = await acme.graphql('query ($id: ID!) { group(id: $id) { id } }', { id: GROUP });
  expect(answer.body.errors[0].extensions.code).toBe('NOT_FOUND');
});
