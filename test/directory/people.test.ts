import { randomUUID } from 'node:crypto';
import { updatePlan } from '../../src/organizations/update-plan.js';
import { newUser } from '../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';

let product: TestProduct;
let acme: TestOrganization;
const ids: Record<string, string> = {};

const USERS = `query ($search: String, $filter: String, $status: [UserStatus!], $role: [Role!], $license: [HeldLicense!],
    $managedBy: UserManagerFilter, $orderBy: UserOrder, $first: Int! = 20, $after: String) {
  users(search: $search, filter: $filter, status: $status, role: $role, license: $license, managedBy: $managedBy,
      orderBy: $orderBy, first: $first, after: $after) {
    edges { node { id userName status license deactivatedBy } } pageInfo { hasNextPage endCursor } totalCount
  }
}`;

/** The names in front of the `@`, which are the same as in `PEOPLE`. */
async function find(variables: Record<string, unknown>): Promise<string[]> {
  const { body } = await acme.graphql(USERS, variables);
  expect(body.errors).toBeUndefined();
  const names = body.data.users.edges.map(
    (edge: { node: { userName: string } }) => edge.node.userName.split('@')[0],
  );
  if (variables.first === undefined) expect(body.data.users.totalCount).toBe(names.length);
  return names;
}

const PEOPLE: Record<string, { givenName?: string; familyName?: string }> = {
  'anna.schneider': { givenName: 'Anna', familyName: 'Schneider' },
  'jose.munoz': { givenName: 'José', familyName: 'Muñoz' },
  'minji.kim': { givenName: '민지', familyName: '김' },
  'bob.o-neill': { givenName: 'Bob', familyName: "O'Neill" },
  zoe: {},
};

beforeAll(async () => {
  product = await startProduct();
  acme = await product.organization();
  for (const [name, parts] of Object.entries(PEOPLE)) {
    const { body } = await acme.scim('POST', '/Users', newUser(name, { name: parts }));
    ids[name] = body.id;
  }
});
afterAll(() => product.close());

describe('users(search:)', () => {
  it.each([
    ['anna', ['anna.schneider']],
    ['SCHN', ['anna.schneider']],
    ['Schneider, Anna', ['anna.schneider']],
    ['anna.schneider@people', ['anna.schneider']],
    ['munoz', ['jose.munoz']],
    ['JOSÉ mu', ['jose.munoz']],
    ['민', ['minji.kim']],
    ["o'neill", ['bob.o-neill']],
    ['schnieder', ['anna.schneider']],
    ['shneid', ['anna.schneider']],
    ['anna kim', []],
    ['nobody', []],
    ['%', ['owner', ...Object.keys(PEOPLE)]],
    ['people.example', []],
  ])('%s finds %j', async (search, names) => {
    expect(await find({ search })).toEqual(names);
  });

  it('follows a change of the name, and refuses a paste', async () => {
    const change = {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
      Operations: [{ op: 'replace', path: 'name.familyName', value: 'Meier' }],
    };
    expect((await acme.scim('PATCH', `/Users/${ids.zoe}`, change)).status).toBe(200);
    expect(await find({ search: 'meier' })).toEqual(['zoe']);
    const back = { ...change, Operations: [{ op: 'remove', path: 'name.familyName' }] };
    await acme.scim('PATCH', `/Users/${ids.zoe}`, back);
    expect(await find({ search: 'meier' })).toEqual([]);
    const { body } = await acme.graphql(USERS, { search: 'a b c d e f g' });
    expect(body.errors[0].extensions).toMatchObject({ code: 'INVALID_INPUT', field: 'search' });
  });
});

describe('users(orderBy:) and the restrictions', () => {
  it('orders by name as it is shown, by e-mail and by change, either way', async () => {
    const byName = ['anna.schneider', 'bob.o-neill', 'jose.munoz', 'owner', 'zoe', 'minji.kim'];
    expect(await find({ orderBy: { field: 'NAME' } })).toEqual(byName);
    expect(await find({ orderBy: { field: 'NAME', descending: true } })).toEqual(byName.toReversed());
    expect((await find({ orderBy: { field: 'EMAIL' } }))[0]).toBe('anna.schneider');
    expect((await find({ orderBy: { field: 'UPDATED', descending: true } }))[0]).toBe('zoe');
    expect(await find({ orderBy: { field: 'CREATED', descending: true } })).toEqual(
      ['owner', ...Object.keys(PEOPLE)].toReversed(),
    );
  });

  it.each(['CREATED', 'NAME', 'EMAIL', 'UPDATED', 'LAST_SIGNED_IN'])(
    'pages by %s, either way, see everybody once',
    async (field) => {
      for (const descending of [false, true]) {
        const seen: string[] = [];
        for (let after: string | null = null, more = true; more; ) {
          const { body } = await acme.graphql(USERS, { orderBy: { field, descending }, first: 2, after });
          seen.push(...body.data.users.edges.map((edge: { node: { id: string } }) => edge.node.id));
          ({ hasNextPage: more, endCursor: after } = body.data.users.pageInfo);
        }
        expect(new Set(seen).size).toBe(6);
        expect(seen).toHaveLength(6);
      }
    },
  );

  it('a cursor of another order is INVALID_INPUT', async () => {
    const { body } = await acme.graphql(USERS, { orderBy: { field: 'NAME' }, first: 1 });
    const { endCursor } = body.data.users.pageInfo;
    for (const orderBy of [{ field: 'UPDATED' }, { field: 'NAME', descending: true }, { field: 'CREATED' }]) {
      const refused = await acme.graphql(USERS, { orderBy, after: endCursor });
      expect(refused.body.errors[0].extensions).toMatchObject({ code: 'INVALID_INPUT', field: 'after' });
    }
    const forged = Buffer.from(JSON.stringify(['updated', false, 'yesterday', ids.zoe])).toString(
      'base64url',
    );
    const refused = await acme.graphql(USERS, { orderBy: { field: 'UPDATED' }, after: forged });
    expect(refused.body.errors[0].extensions.code).toBe('INVALID_INPUT');
  });

  it('status, role, license and manager restrict, together with search and filter', async () => {
    await acme.scim('DELETE', `/Users/${ids['bob.o-neill']}`);
    await updatePlan(acme.context, { proSeats: 1 });
    await product.sql(`update users set license = 'pro', license_taken_at = now() where id = $1`, [ids.zoe]);
    expect(await find({ status: ['DEPROVISIONED'] })).toEqual(['bob.o-neill']);
    expect(await find({ role: ['OWNER'] })).toEqual(['owner']);
    expect(await find({ license: ['PRO', 'STANDARD'] })).toEqual(['zoe']);
    expect(await find({ managedBy: { ordinary: true } })).toEqual(['owner', 'bob.o-neill']);
    expect(await find({ managedBy: { connectionIds: [acme.connectionId] }, search: 'an' })).toEqual([
      'anna.schneider',
    ]);
    expect(await find({ managedBy: { connectionIds: [randomUUID()] } })).toEqual([]);
    expect(await find({ filter: 'userName sw "z"', status: ['ACTIVE'] })).toEqual(['zoe']);
    expect(await find({ status: [] })).toEqual([]);
  });

  it('userFacets counts each facet with the other restrictions, exactly', async () => {
    const facets = async (args: string) => {
      const fields =
        'total status { value count } role { value count } license { value count } managedBy { scimConnection { id } count }';
      const { body } = await acme.graphql(`{ userFacets${args} { ${fields} } }`);
      expect(body.errors).toBeUndefined();
      return body.data.userFacets;
    };
    const connection = { id: acme.connectionId };
    expect(await facets('')).toEqual({
      total: 6,
      status: [
        { value: 'ACTIVE', count: 5 },
        { value: 'DEPROVISIONED', count: 1 },
      ],
      role: [
        { value: 'USER', count: 5 },
        { value: 'OWNER', count: 1 },
      ],
      license: [
        { value: 'NONE', count: 5 },
        { value: 'PRO', count: 1 },
      ],
      managedBy: [
        { scimConnection: connection, count: 4 },
        { scimConnection: null, count: 2 },
      ],
    });
    expect(await facets('(status: [DEPROVISIONED])')).toMatchObject({
      total: 1,
      status: [
        { value: 'ACTIVE', count: 5 },
        { value: 'DEPROVISIONED', count: 1 },
      ],
      role: [{ value: 'USER', count: 1 }],
    });
    expect(await facets('(search: "zo", license: [NONE])')).toMatchObject({
      total: 0,
      license: [{ value: 'PRO', count: 1 }],
    });
    expect(await facets('(search: "qqqq")')).toMatchObject({ total: 0, status: [], managedBy: [] });
  });
});
