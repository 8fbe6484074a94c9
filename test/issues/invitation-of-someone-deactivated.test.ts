import { newUser, patch, pushUser } from '../support/people.js';
import { startProduct, type TestProduct } from '../support/product.js';

// An invitation that was pending when a person was deactivated outlived it: when the provider brought them back, they
// got the role, groups and courses of an invitation that should have ended with their access (R6, I6).

let product: TestProduct;

beforeAll(async () => {
  product = await startProduct({ workers: true });
});
afterAll(() => product.close());

it.each(['deactivated', 'deleted'])('someone %s does not come back with an old invitation', async (how) => {
  const acme = await product.organization();
  const person = await pushUser(acme, how);
  const invited = await acme.graphql(
    'mutation ($input: InviteUserInput!) { inviteUser(input: $input) { id } }',
    {
      input: { email: `${how}@people.example`, role: 'ADMIN', courses: [{ id: 'c-1', name: 'First aid' }] },
    },
  );
  const { id } = invited.body.data.inviteUser;
  const active = (value: boolean) => patch({ op: 'replace', path: 'active', value });
  if (how === 'deleted') await acme.scim('DELETE', `/Users/${person}`);
  else await acme.scim('PATCH', `/Users/${person}`, active(false));

  const answer = await acme.graphql('query ($id: ID!) { invitation(id: $id) { state } }', { id });
  expect(answer.body.data.invitation.state).toBe('REVOKED');
  if (how === 'deleted') await acme.scim('POST', '/Users', newUser(how));
  else await acme.scim('PATCH', `/Users/${person}`, active(true));
  await product.settle();
  const [row] = await product.sql('select active, pending_role from users where id = $1', [person]);
  expect(row).toEqual({ active: true, pending_role: null });
  expect(await product.sql('select from user_courses where user_id = $1', [person])).toHaveLength(0);
});
