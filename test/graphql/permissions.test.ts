import { resolvers } from '../../graphql/resolvers.js';
import { buildGraphqlSchema } from '../../graphql/schema.js';
import { issueApiToken } from '../../src/access/issue-api-token.js';
import { digestOf } from '../isolation/digest.js';
import { GRAPHQL_CASES } from '../isolation/graphql-cases.js';
import { documentFor, type RootField, rootFields } from '../isolation/graphql-schema.js';
import { makeWorld, type World } from '../isolation/world.js';
import { startProduct, type TestProduct } from '../support/product.js';
import { ARGUMENTS, CALLERS, type Caller, PERMISSION_TABLE } from './permission-table.js';

const fields = rootFields(buildGraphqlSchema(resolvers));

let product: TestProduct;
/** Whatever is refused is asked of these, and must leave them as they were. */
let world: World;
const tokens: Partial<Record<Caller, string>> = {};

beforeAll(async () => {
  product = await startProduct();
  world = await makeWorld(product);
  for (const caller of CALLERS) tokens[caller] = await TOKENS[caller](world);
  // One person of the group admin is in the other group as well: the way by which it would be seen.
  await product.sql(
    `insert into memberships (organization_id, group_id, user_id, state, applied_at)
     select organization_id, id, $2, 'active', now() from groups where organization_id = $1 and display_name = 'Elsewhere'`,
    [world.organization.id, world.ids.person],
  );
});
afterAll(() => product.close());

/** A person with a role, the groups they administer, and a token that acts as them. */
async function actAs(
  { organization }: World,
  name: string,
  role: 'group_admin' | 'user',
  groupIds: readonly string[] = [],
): Promise<string> {
  const [row] = await product.sql<{ id: string }>(
    `insert into users (organization_id, id, email, email_key, role)
     values ($1, gen_random_uuid(), $2, $2, $3) returning id`,
    [organization.id, `${name}@${organization.slug}.example`, role],
  );
  const userId = row?.id ?? '';
  await product.sql(
    'insert into group_admins (organization_id, group_id, user_id) select $1, unnest($2::uuid[]), $3',
    [organization.id, groupIds, userId],
  );
  return (await issueApiToken(organization.context, { userId })).token;
}

const TOKENS: Readonly<Record<Caller, (mine: World) => Promise<string>>> = {
  owner: async ({ organization }) => organization.apiToken,
  admin: ({ organization }) => organization.issueToken('admin'),
  groupAdmin: (mine) => actAs(mine, 'own', 'group_admin', [mine.ids.circle, mine.ids.group]),
  groupAdminElsewhere: async (mine) => {
    const create = 'mutation { createGroup(input: {displayName: "Elsewhere"}) { id } }';
    const other = await mine.organization.graphql(create);
    return actAs(mine, 'elsewhere', 'group_admin', [other.body.data.createGroup.id]);
  },
  user: (mine) => actAs(mine, 'user', 'user'),
  narrowedToken: async ({ organization }) =>
    (await issueApiToken(organization.context, { role: 'owner', scopes: ['organization:read'] })).token,
  ownerElsewhere: async () => (await product.organization()).apiToken,
};

/** What one caller hears of one field, everything it can say. */
async function answerTo(field: RootField, mine: World, token: string) {
  const variables = ARGUMENTS[field.name]?.(mine) ?? GRAPHQL_CASES[field.name]?.(mine)[0] ?? {};
  return (await mine.organization.graphql(documentFor(field), variables, token)).body;
}

/** The code of the refusal of the field itself, or nothing. */
async function ask(field: RootField, mine: World, token: string): Promise<string | undefined> {
  const body = await answerTo(field, mine, token);
  const refusal = (body.errors ?? []).find((error: { path?: string[] }) => (error.path?.length ?? 0) <= 1);
  return refusal?.extensions.code;
}

const LETTER: Readonly<Record<string, string>> = { FORBIDDEN: 'F', NOT_FOUND: 'N' };
const cells = (name: string): string[] => (PERMISSION_TABLE[name] ?? '').trim().split(/\s+/);

describe('abuse 8: who may do what (B33)', () => {
  it('the table has a line for every field of the schema, and a letter for every caller', () => {
    expect(fields.map(({ name }) => name).sort()).toEqual(Object.keys(PERMISSION_TABLE).sort());
    const broken = Object.keys(PERMISSION_TABLE).filter(
      (name) => cells(name).length !== CALLERS.length || cells(name).some((cell) => !/^[AFN]$/.test(cell)),
    );
    expect(broken).toEqual([]);
  });

  it.each(fields)('$name', async (field) => {
    const expected = Object.fromEntries(CALLERS.map((caller, index) => [caller, cells(field.name)[index]]));
    const heard: Record<string, string | undefined> = {};
    const before = await digestOf(product, world.organization.id);
    const hear = async (caller: Caller, mine: World, token: string) => {
      const code = await ask(field, mine, token);
      heard[caller] = code === undefined ? 'A' : (LETTER[code] ?? code);
    };
    const [changing, harmless] = [true, false].map((changes) =>
      CALLERS.filter((one) => (expected[one] === 'A' && field.kind === 'mutation') === changes),
    ) as [Caller[], Caller[]];
    await Promise.all(harmless.map((caller) => hear(caller, world, tokens[caller] ?? '')));
    expect(await digestOf(product, world.organization.id)).toEqual(before);
    // What is allowed changes its world, so each caller gets one of their own.
    await Promise.all(
      changing.map(async (caller) => {
        const mine = await makeWorld(product);
        await hear(caller, mine, await TOKENS[caller](mine));
      }),
    );
    expect(heard).toEqual(expected);
  });
});

describe('abuse 8: what a group admin is answered, nested fields included', () => {
  const allowed = fields.filter(({ name, kind }) => kind === 'query' && cells(name)[2] === 'A');

  it.each(allowed)('$name names nobody and nothing outside of their groups', async (field) => {
    const { slug } = world.organization;
    const outside = ['Elsewhere', `elsewhere@${slug}`, `user@${slug}`, `${slug}-colleague`, `owner@${slug}`];
    const told = (body: unknown) => outside.filter((one) => JSON.stringify(body).includes(one));
    expect(told(await answerTo(field, world, tokens.groupAdmin ?? ''))).toEqual([]);
  });

  it('and an owner is told: the same documents reach the other group', async () => {
    const user = fields.find(({ name }) => name === 'user') as RootField;
    const variables = { id: world.ids.person };
    const tell = async (token = '') =>
      JSON.stringify((await world.organization.graphql(documentFor(user), variables, token)).body);
    expect(await tell(tokens.owner)).toContain('Elsewhere');
    expect(await tell(tokens.groupAdmin)).not.toContain('Elsewhere');
    expect(await tell(tokens.groupAdmin)).toContain('Circle of');
  });
});
