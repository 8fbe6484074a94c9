import { newUser, pushGroup, pushUser } from '../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';

let product: TestProduct;

beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.close());

/** A group made in the product, with a person the provider manages and one it does not. */
async function ordinaryGroup(organization: TestOrganization, members: string[]): Promise<string> {
  const [row] = await product.sql<{ id: string }>(
    `insert into groups (organization_id, id, display_name, display_name_key)
     values ($1, gen_random_uuid(), 'Board', 'board') returning id`,
    [organization.id],
  );
  for (const member of members) {
    await product.sql(
      `insert into memberships (organization_id, group_id, user_id, state, change_id, applied_at)
       values ($1, $2, $3, 'active', gen_random_uuid(), now())`,
      [organization.id, row?.id, member],
    );
  }
  return row?.id ?? '';
}

// A filter on `groups` found people by groups whose existence the connection is not shown (B24), and a filter on
// `members` found groups by people it does not manage (B11).
describe.each([false, true])('with "let the provider see groups created here" %s', (showsAllGroups) => {
  it('a filter finds nobody by what the answer does not show', async () => {
    const acme = await product.organization({ profile: 'rfc', showsAllGroups });
    const ada = await pushUser(acme);
    const own = await pushGroup(acme, 'Engineers', [ada]);
    const hidden = await ordinaryGroup(acme, [ada, acme.ownerId]);
    const found = async (path: string, filter: string) => {
      const { status, body } = await acme.scim('GET', `${path}?filter=${encodeURIComponent(filter)}`);
      expect(status).toBe(200);
      return body.Resources.map(({ id }: { id: string }) => id);
    };
    expect(await found('/Users', `groups.value eq "${own}"`)).toEqual([ada]);
    expect(await found('/Users', 'groups.display co "engin"')).toEqual([ada]);
    const seen = showsAllGroups ? [ada] : [];
    expect(await found('/Users', `groups.value eq "${hidden}"`)).toEqual(seen);
    expect(await found('/Users', 'groups[display sw "boa"]')).toEqual(seen);
    expect(await found('/Groups', `members.value eq "${acme.ownerId}"`)).toEqual([]);
    expect(await found('/Groups', `members eq "${ada}" and displayName eq "Engineers"`)).toEqual([own]);
    const sorted = await acme.scim('GET', '/Users?sortBy=groups.display');
    expect(sorted.status).toBe(200);
    expect((await acme.scim('POST', '/Users', newUser())).status).toBe(201);
  });
});
