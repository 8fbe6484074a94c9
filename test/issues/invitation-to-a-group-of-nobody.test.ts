import { pushGroup } from '../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';

let product: TestProduct;
let acme: TestOrganization;

beforeAll(async () => {
  product = await startProduct();
  acme = await product.organization();
});
afterAll(() => product.close());

// Any UUID was taken for a group and left out in silence when the invitation was used (B34, abuse 2).
it('inviteUser into a group that is not of this organization is NOT_FOUND', async () => {
  const globex = await product.organization();
  const [own, theirs] = [await pushGroup(acme), await pushGroup(globex)];
  const invite = (...groupIds: string[]) =>
    acme.graphql('mutation ($input: InviteUserInput!) { inviteUser(input: $input) { groupIds } }', {
      input: { email: 'guest@people.example', groupIds },
    });
  for (const id of [theirs, 'nonsense', '01890000-0000-7000-8000-000000000000']) {
    const { errors } = (await invite(own, id)).body;
    expect(errors[0].extensions.code).toBe('NOT_FOUND');
    expect(errors[0].message).toContain(id);
  }
  expect((await invite(own, own)).body.data.inviteUser.groupIds).toEqual([own]);
});
