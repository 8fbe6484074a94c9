import { pushGroup, pushUser } from '../support/people.js';
import { startProduct, type TestProduct } from '../support/product.js';

let product: TestProduct;

beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.close());

// Beside `replace`, `add` and `remove` were left out in silence: whoever was to be added was not, and nobody was told.
it('a change of members that says both a whole list and single people is refused', async () => {
  const acme = await product.organization();
  const [ann, bob] = [await pushUser(acme), await pushUser(acme)];
  const group = await pushGroup(acme, undefined, [ann]);
  const update = async (members: Record<string, string[]>) => {
    const input = { connectionId: acme.connectionId, id: group, members };
    const document = `mutation ($input: UpdateProvisionedGroupInput!) {
      updateProvisionedGroup(input: $input) { membershipChange { accepted } } }`;
    return (await acme.graphql(document, { input })).body;
  };
  const refused = await update({ replace: [ann], add: [bob] });
  expect(refused.errors[0].extensions).toMatchObject({ code: 'INVALID_INPUT', field: 'members' });
  expect(refused.errors[0].message).toContain('either `replace`, or `add` and `remove`');
  expect((await update({ replace: [ann], remove: [] })).errors).toHaveLength(1);
  expect((await update({ replace: [bob] })).data.updateProvisionedGroup.membershipChange.accepted).toBe(2);
  expect((await update({ add: [ann] })).data.updateProvisionedGroup.membershipChange.accepted).toBe(1);
});
