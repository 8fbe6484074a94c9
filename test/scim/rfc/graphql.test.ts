import { startProduct, type TestOrganization, type TestProduct } from '../../support/product.js';
import { CORE, ENTERPRISE, fullUser } from './full-user.js';

let product: TestProduct;
let acme: TestOrganization;

beforeAll(async () => {
  product = await startProduct();
});
beforeEach(async () => {
  acme = await product.organization({ profile: 'rfc' });
});
afterAll(() => product.close());

const PROVISION = `mutation ($input: ProvisionUserInput!) {
  provisionUser(input: $input) { adopted user { id userName email externalId profile version } }
}`;
const UPDATE = `mutation ($input: UpdateProvisionedUserInput!) {
  updateProvisionedUser(input: $input) { changed user { email profile version } }
}`;

const provision = async (input: Record<string, unknown>, organization = acme) =>
  (await organization.graphql(PROVISION, { input: { connectionId: organization.connectionId, ...input } }))
    .body;

const update = async (id: string, change: Record<string, unknown>) =>
  (await acme.graphql(UPDATE, { input: { connectionId: acme.connectionId, id, change } })).body;

const EMAILS = [
  { value: 'a@x.example', type: 'work', primary: true },
  { value: 'b@x.example', type: 'home' },
];

describe('User.profile', () => {
  it("is what SCIM sent beside the columns, in SCIM's own names", async () => {
    const sent = fullUser('both');
    const { body: scim } = await acme.scim('POST', '/Users', sent);
    const { body } = await acme.graphql('query ($id: ID!) { user(id: $id) { email givenName profile } }', {
      id: scim.id,
    });
    const { displayName, nickName, addresses, emails } = sent;
    const { employeeNumber: _column, ...enterprise } = sent[ENTERPRISE];
    expect(body.data.user).toMatchObject({ email: emails[0]?.value, givenName: 'Barbara' });
    expect(body.data.user.profile).toMatchObject({ displayName, nickName, addresses, emails });
    expect(body.data.user.profile[ENTERPRISE]).toEqual(enterprise);
    expect(body.data.user.profile.name).not.toHaveProperty('givenName');
  });

  it('is empty for ordinary people', async () => {
    const { body } = await acme.graphql('{ users { edges { node { profile } } } }');
    expect(body.data.users.edges[0].node.profile).toEqual({});
  });
});

describe('provisionUser with a profile', () => {
  it('makes the person that POST /Users would', async () => {
    const profile = { displayName: 'D', emails: EMAILS, [ENTERPRISE]: { department: 'R&D' } };
    const { data } = await provision({ userName: 'lena', profile });
    expect(data.provisionUser.user).toMatchObject({ email: 'a@x.example', externalId: null, profile });
    const { body } = await acme.scim('GET', `/Users/${data.provisionUser.user.id}`);
    expect(body).toMatchObject({ schemas: [CORE, ENTERPRISE], userName: 'lena', ...profile });
  });

  it('needs no address', async () => {
    const { data } = await provision({ userName: 'bare' });
    expect(data.provisionUser.user).toMatchObject({ email: null, profile: {} });
  });

  it.each([
    ['an unknown attribute', { shoeSize: 9 }],
    ['an attribute with a column', { title: 'x' }],
    ['a part with a column', { name: { givenName: 'x' } }],
    ['a wrong type', { nickName: 5 }],
    ['an empty value', { nickName: '' }],
    ['an empty list', { roles: [] }],
    ['an empty element', { roles: [{}] }],
    [
      'two primary values',
      {
        roles: [
          { value: 'a', primary: true },
          { value: 'b', primary: true },
        ],
      },
    ],
    ['a password', { password: 'x' }],
    ['the derived groups', { groups: [{ value: 'g' }] }],
    ['an unknown part of the extension', { [ENTERPRISE]: { shoeSize: 9 } }],
    ['a list', [{ nickName: 'x' }]],
  ])('refuses %s', async (_what, profile) => {
    const { errors } = await provision({ userName: 'wrong', profile });
    expect(errors?.[0]).toBeDefined();
    const { body } = await acme.scim('GET', '/Users');
    expect(body.totalResults).toBe(0);
  });

  it('is refused on a standard connection, as a missing address is', async () => {
    const plain = await product.organization();
    const person = { userName: 'a', externalId: 'a', email: 'a@x.example' };
    const refused = await provision({ ...person, profile: { nickName: 'n' } }, plain);
    expect(refused.errors[0]).toMatchObject({ extensions: { code: 'INVALID_INPUT', field: 'profile' } });
    const missing = await provision({ ...person, email: null }, plain);
    expect(missing.errors[0]).toMatchObject({
      message: "{'emails': ['This field is required.']}",
      extensions: { code: 'INVALID_INPUT' },
    });
    expect((await provision(person, plain)).data.provisionUser.user).toMatchObject({ profile: {} });
  });
});

describe('updateProvisionedUser with a profile', () => {
  let id: string;
  beforeEach(async () => {
    const { data } = await provision({ userName: 'u', profile: { nickName: 'n', emails: EMAILS } });
    id = data.provisionUser.user.id;
  });

  it('replaces it as a whole and names what changed, not to what', async () => {
    const { data } = await update(id, { profile: { displayName: 'D', emails: EMAILS } });
    expect(data.updateProvisionedUser.user.profile).toEqual({ displayName: 'D', emails: EMAILS });
    expect(data.updateProvisionedUser.changed.sort()).toEqual(['displayName', 'nickName']);
    const [row] = await product.sql<{ details: unknown }>(
      "select details from audit_log where target_id = $1 and action = 'user.updated'",
      [id],
    );
    expect(row?.details).toEqual({ changed: expect.arrayContaining(['displayName', 'nickName']) });
    expect(JSON.stringify(row)).not.toContain('"D"');
  });

  it('changes nothing when it is the same in another order', async () => {
    const emails = [{ primary: true, type: 'work', value: 'a@x.example' }, EMAILS[1]];
    const { data } = await update(id, { profile: { emails, nickName: 'n' } });
    expect(data.updateProvisionedUser).toMatchObject({ changed: [], user: { version: 1 } });
  });

  it('an address alone takes its place in the list, and null clears it', async () => {
    const { data } = await update(id, { email: 'c@x.example' });
    expect(data.updateProvisionedUser.user).toMatchObject({
      email: 'c@x.example',
      profile: { emails: [{ ...EMAILS[0], value: 'c@x.example' }, EMAILS[1]] },
    });
    const { body } = await acme.scim('GET', '/Users?filter=emails.value%20eq%20%22C@x.example%22');
    expect(body.totalResults).toBe(1);
    const cleared = await update(id, { email: null });
    expect(cleared.data.updateProvisionedUser.user).toMatchObject({
      email: null,
      profile: { nickName: 'n' },
    });
  });
});
