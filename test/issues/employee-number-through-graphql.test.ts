import { startProduct, type TestProduct } from '../support/product.js';

let product: TestProduct;

beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.close());

// Only the SCIM door knew that employeeNumber stands in for a missing externalId (B8): GraphQL refused the same person.
it('provisionUser over GraphQL takes the employeeNumber for a missing externalId, and keeps it when that is taken away (B8)', async () => {
  const acme = await product.organization();
  const { connectionId } = acme;
  const input = {
    connectionId,
    userName: 'ada@people.example',
    email: 'ada@people.example',
    employeeNumber: 'N1',
  };
  const created = await acme.graphql(
    'mutation ($input: ProvisionUserInput!) { provisionUser(input: $input) { user { id externalId } } }',
    { input },
  );
  expect(created.body.errors).toBeUndefined();
  const { id, externalId } = created.body.data.provisionUser.user;
  expect(externalId).toBe('N1');

  const change = async (sent: Record<string, unknown>) =>
    (
      await acme.graphql(
        'mutation ($input: UpdateProvisionedUserInput!) { updateProvisionedUser(input: $input) { user { externalId } } }',
        { input: { connectionId, id, change: sent } },
      )
    ).body;
  expect((await change({ externalId: 'E1' })).data.updateProvisionedUser.user.externalId).toBe('E1');
  expect((await change({ externalId: null })).data.updateProvisionedUser.user.externalId).toBe('N1');
  const refused = await change({ externalId: null, employeeNumber: null });
  expect(refused.errors[0].extensions.code).toBe('INVALID_INPUT');
});
