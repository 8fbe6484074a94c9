import type { FastifyInstance } from 'fastify';
import { resolvers } from '../../graphql/resolvers.js';
import { buildGraphqlSchema } from '../../graphql/schema.js';
import { startProduct, type TestProduct } from '../support/product.js';
import { digestOf } from './digest.js';
import { ABSENT_IS_FINE, GRAPHQL_CASES, OPAQUE, type Variables } from './graphql-cases.js';
import {
  documentFor,
  nestedFieldsWithIds,
  pathsOf,
  type RootField,
  rootFields,
  valueAt,
  withValue,
} from './graphql-schema.js';
import { dropRowLevelSecurity, NETS, type Nets, openConditions } from './nets.js';
import { makeWorld, type World } from './world.js';

const schema = buildGraphqlSchema(resolvers);
const fields = rootFields(schema);
const withIds = fields.filter(({ args }) => pathsOf(args, 'ID').length > 0);

let product: TestProduct;
let mine: World;
let theirs: World;

async function start(nets: Nets): Promise<void> {
  product = await startProduct();
  [mine, theirs] = [await makeWorld(product), await makeWorld(product)];
  if (nets === 'the conditions of the application alone') await dropRowLevelSecurity(product);
}

async function send(app: FastifyInstance, field: RootField, variables: Variables, as: World) {
  const answer = await app.inject({
    method: 'POST',
    url: '/graphql',
    headers: { authorization: `Bearer ${as.organization.apiToken}`, 'content-type': 'application/json' },
    payload: JSON.stringify({ query: documentFor(field), variables }),
  });
  const { data, errors } = answer.json();
  return { text: answer.body, data: data?.[field.name] ?? null, code: errors?.[0]?.extensions?.code };
}

const casesOf = (field: RootField, world: World): Variables[] => GRAPHQL_CASES[field.name]?.(world) ?? [];

/** Own arguments with one of theirs in each place that takes an id, alone and in the company of own ones. */
function attacksOn(field: RootField): { path: string; variables: Variables }[] {
  const others = casesOf(field, theirs);
  return casesOf(field, mine).flatMap((own, index) =>
    pathsOf(field.args, 'ID').flatMap((path) => {
      const [value, foreign] = [valueAt(own, path), valueAt(others[index], path)];
      if (value === undefined || OPAQUE.has(`${field.name}.${path}`)) return [];
      const mixed = Array.isArray(value) && Array.isArray(foreign) ? [[...value, ...foreign]] : [];
      return [foreign, ...mixed].map((sent) => ({ path, variables: withValue(own, path, sent) }));
    }),
  );
}

describe('the cases', () => {
  const nobody = { organization: { slug: 'x' }, ids: new Proxy({}, { get: () => 'x' }) } as unknown as World;

  it('are there for every field of Query and Mutation, and for no other', () => {
    expect(fields.map((field) => field.name).sort()).toEqual(Object.keys(GRAPHQL_CASES).sort());
    expect(nestedFieldsWithIds(schema)).toEqual([]);
  });

  it.each(withIds)('$name fills every id it takes', (field) => {
    const cases = casesOf(field, nobody);
    const unfilled = pathsOf(field.args, 'ID').filter((path) =>
      cases.every((one) => valueAt(one, path) === undefined),
    );
    expect(unfilled).toEqual([]);
  });
});

describe.each([NETS[0], NETS[1]])("abuse 2: another organization's ids over GraphQL, with %s", (nets) => {
  beforeAll(() => start(nets));
  afterAll(() => product.close());

  it.each(withIds)('$name', async (field) => {
    const untouched = await digestOf(product, theirs.organization.id);
    for (const { path, variables } of attacksOn(field)) {
      const before = await digestOf(product);
      const { code, text } = await send(product.app, field, variables, mine);
      const isFine = ABSENT_IS_FINE.has(`${field.name}.${path}`);
      expect({ path, code }).toEqual({ path, code: isFine ? undefined : 'NOT_FOUND' });
      expect(text).not.toContain(theirs.organization.slug);
      if (isFine) expect(await digestOf(product, theirs.organization.id)).toEqual(untouched);
      else expect(await digestOf(product)).toEqual(before);
    }
  });

  it('lists, filters and cursors find own rows only', async () => {
    for (const name of ['users', 'groups', 'organization', 'scimConnections']) {
      const field = fields.find((one) => one.name === name) as RootField;
      const few = ['users', 'groups'].includes(name) ? { first: 3 } : {};
      for (const variables of [...casesOf(field, theirs), {}]) {
        const { text, code } = await send(product.app, field, { ...variables, ...few }, mine);
        expect(code).toBeUndefined();
        expect(text).not.toContain(theirs.organization.slug);
      }
      expect((await send(product.app, field, few, mine)).text).toContain(mine.organization.slug);
    }
  });
});

describe("abuse 2: another organization's ids over GraphQL, with row-level security alone", () => {
  let opened: FastifyInstance;

  beforeAll(async () => {
    await start('row-level security alone');
    opened = await openConditions(product, mine.organization.id);
  });
  afterAll(async () => {
    await opened.close();
    await product.close();
  });

  // A preview shows what stands in its own arguments and reads no row.
  const reading = fields.filter(({ name }) => name !== 'previewSso');

  it.each(reading)('$name gives and takes nothing, although every condition lets it', async (field) => {
    const before = await digestOf(product);
    for (const variables of casesOf(field, theirs)) {
      const { data, code, text } = await send(opened, field, variables, theirs);
      const countsNobody = field.name === 'userFacets' && data?.total === 0;
      const isList = data === null || Array.isArray(data) || 'edges' in data || countsNobody;
      expect({ isList, rows: data?.edges ?? (countsNobody ? [] : data) ?? [] }).toEqual({
        isList: true,
        rows: [],
      });
      const findsNothing = ['provisioningLog', 'users', 'userFacets'].includes(field.name);
      if (withIds.includes(field) && code !== 'INTERNAL' && !findsNothing) expect(code).toBe('NOT_FOUND');
      if (field.kind === 'query') expect(text).not.toContain(theirs.organization.slug);
    }
    expect(await digestOf(product)).toEqual(before);
  });

  it('and it is row-level security that holds: without it the same requests reach everything', async () => {
    await dropRowLevelSecurity(product);
    for (const name of ['user', 'group', 'invitation', 'membershipChange', 'updateUser', 'deleteGroup']) {
      const field = fields.find((one) => one.name === name) as RootField;
      for (const variables of casesOf(field, theirs)) {
        expect(await send(opened, field, variables, theirs)).toMatchObject({ code: undefined });
      }
    }
  });
});
