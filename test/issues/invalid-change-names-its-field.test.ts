import { pushUser } from '../support/people.js';
import { startProduct, type TestProduct } from '../support/product.js';

// A change is either attributes or a function of the person (PATCH); of an attribute that was wrong GraphQL said only
// "'change': Invalid input."
let product: TestProduct;

beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.close());

it.each([
  [{ email: 'nobody' }, 'change.email', 'must be one plain e-mail address'],
  [{ userName: ' ' }, 'change.userName', 'must not be blank'],
  [{ title: 't'.repeat(257) }, 'change.title', '256'],
])('updateProvisionedUser says what is wrong with %j', async (change, field, rule) => {
  const acme = await product.organization();
  const { connectionId } = acme;
  const id = await pushUser(acme);
  const update =
    'mutation ($input: UpdateProvisionedUserInput!) { updateProvisionedUser(input: $input) { changed } }';
  const answer = await acme.graphql(update, { input: { connectionId, id, change } });
  expect(answer.body.errors[0]).toMatchObject({
    message: expect.stringContaining(rule),
    extensions: { code: 'INVALID_INPUT', field },
  });
});
