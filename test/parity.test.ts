import { resolvers } from '../graphql/resolvers.js';
import { buildGraphqlSchema } from '../graphql/schema.js';
import type { ErrorCode } from '../src/kernel/errors.js';
import { WIRE } from '../src/scim/errors.js';
import { isAnotherForm, isNeverServed, scimRoutesOf } from './isolation/route-table.js';
import { DEPROVISION_GROUP, PROVISION_GROUP, UPDATE_PROVISIONED_GROUP } from './parity/group-scenarios.js';
import { READS } from './parity/reads.js';
import {
  lastActor,
  mutate,
  NOBODY,
  type Row,
  type Scenario,
  snapshot,
  type Twin,
  UUID,
} from './parity/twins.js';
import { DEPROVISION_USER, PROVISION_USER, UPDATE_PROVISIONED_USER } from './parity/user-scenarios.js';
import { type Answer, startProduct, type TestProduct } from './support/product.js';

/** The writes of the table "Two faces, one set of operations". */
const ROWS: readonly Row[] = [
  PROVISION_USER,
  UPDATE_PROVISIONED_USER,
  DEPROVISION_USER,
  PROVISION_GROUP,
  UPDATE_PROVISIONED_GROUP,
  DEPROVISION_GROUP,
];

let product: TestProduct;

beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.close());

const twin = async (showsAllGroups = false): Promise<Twin> => ({
  product,
  organization: await product.organization({ showsAllGroups }),
  ids: {},
});

/** Both organizations as the scenario finds them, and the same change made in each through another door. */
async function changeTwins(
  row: Row,
  { showsAllGroups, given, scim, graphql }: Scenario,
  meanwhile?: (twin: Twin) => Promise<unknown>,
) {
  const [left, right] = [await twin(showsAllGroups), await twin(showsAllGroups)];
  for (const one of [left, right]) {
    await given?.(one);
    await meanwhile?.(one);
  }
  const before = await snapshot(left);
  expect(await snapshot(right)).toEqual(before);
  const overScim = await left.organization.scim(...scim(left));
  const overGraphql = await mutate(right, row, graphql(right));
  const after = [await snapshot(left, requestOf(overScim)), await snapshot(right, requestOf(overGraphql))];
  return { left, right, before, overScim, overGraphql, after };
}

/** A sentence without what differs between twins. */
const plain = (sentence: string, { organization }: Twin): string =>
  sentence.replaceAll(organization.slug, 'twin').replace(UUID, '<id>');

const requestOf = (answer: Answer): string => String(answer.headers['x-request-id']);

function expectRefusal(
  { overScim, overGraphql }: { overScim: Answer; overGraphql: Answer },
  code: ErrorCode,
): void {
  const [error] = overGraphql.body.errors ?? [];
  expect({ code: error?.extensions.code, status: overScim.status }).toEqual({
    code,
    status: WIRE[code].status,
  });
  expect(overScim.body).toMatchObject({
    status: String(WIRE[code].status),
    ...(code === 'CONFLICT' && { scimType: 'uniqueness' }),
  });
}

/** The refusal as the operation says it, without the request id that SCIM adds. */
const words = ({ detail }: { detail: string }): string => detail.replace(/ \(request [\w.-]+\)$/, '');

describe.each(ROWS)('$scim is $mutation', (row) => {
  const done = row.scenarios.filter(({ refusal }) => !refusal);
  const refused = row.scenarios.filter(({ refusal }) => refusal);

  it.each(done)('does the same with $title', async (scenario) => {
    const { left, right, before, overScim, overGraphql, after } = await changeTwins(row, scenario);
    expect([Math.floor(overScim.status / 100), overGraphql.body.errors]).toEqual([2, undefined]);
    expect(after[1]).toEqual(after[0]);
    if (scenario.changesNothing) return expect(after[0]).toEqual(before);
    expect(after[0]).not.toEqual(before);
    expect(await lastActor(left)).toEqual({
      actor_kind: 'connection',
      actor_id: left.organization.connectionId,
      request_id: requestOf(overScim),
    });
    expect(await lastActor(right)).toMatchObject({ actor_kind: 'token', request_id: requestOf(overGraphql) });
  });

  it.each(refused)('refuses $title: $refusal', async (scenario) => {
    const answers = await changeTwins(row, scenario);
    expectRefusal(answers, scenario.refusal ?? 'INTERNAL');
    expect(answers.after).toEqual([answers.before, answers.before]);
    if (scenario.ownWords) return;
    const { left, right, overScim, overGraphql } = answers;
    expect(plain(overGraphql.body.errors[0].message, right)).toBe(plain(words(overScim.body), left));
  });

  it('does nothing for a connection that is disabled', async () => {
    const [scenario] = done as [Scenario];
    const disable = ({ organization }: Twin) =>
      product.sql(`update scim_connections set status = 'disabled' where organization_id = $1`, [
        organization.id,
      ]);
    const { before, overScim, overGraphql, after } = await changeTwins(row, scenario, disable);
    // The provider's credential ends with the connection (B4); an API token goes on and is told why.
    expect(overScim.status).toBe(401);
    expect(overGraphql.body.errors[0].extensions.code).toBe('FORBIDDEN');
    expect(after).toEqual([before, before]);
  });
});

describe.each(READS)('GET /$resource is $list and $one', (reading) => {
  const { resource, list, one, seen, same } = reading;
  let acme: Twin;

  beforeAll(async () => {
    acme = await twin();
    await reading.given(acme);
  });

  const idsOf = (names: readonly string[]) => names.map((name) => acme.ids[name]);
  const ids = (rows: { id: string }[]): string[] => rows.map(({ id }) => id);
  const nodes = ({ body }: Answer): string[] =>
    ids(body.data[list].edges.map(({ node }: { node: { id: string } }) => node));

  const listOverScim = (query: Record<string, string>) =>
    acme.organization.scim('GET', `/${resource}?${new URLSearchParams(query)}`);
  const listOverGraphql = (filter?: string) =>
    acme.organization.graphql(
      `query ($filter: String) { ${list}(filter: $filter, first: 50) { totalCount edges { node { id } } } }`,
      { filter },
    );
  const readOverScim = (id: string) => acme.organization.scim('GET', `/${resource}/${id}`);
  const readOverGraphql = (id: string) =>
    acme.organization.graphql(`query ($id: ID!) { ${one}(id: $id) ${same.selection} }`, { id });

  it.each(reading.filters)('%s finds the same', async (template, names) => {
    const filter = template.replace(/<(\w+)>/g, (_, name: string) => acme.ids[name] ?? '');
    const [overScim, overGraphql] = [await listOverScim({ filter }), await listOverGraphql(filter)];
    expect(ids(overScim.body.Resources)).toEqual(idsOf(names));
    expect(nodes(overGraphql)).toEqual(idsOf(names));
    expect([overScim.body.totalResults, overGraphql.body.data[list].totalCount]).toEqual([
      names.length,
      names.length,
    ]);
  });

  it('lists what both see in the same order, page by page', async () => {
    const pages = await Promise.all(
      seen.map((_, index) => listOverScim({ startIndex: String(index + 1), count: '1' })),
    );
    expect(pages.flatMap(({ body }) => ids(body.Resources))).toEqual(idsOf(seen));
    expect(nodes(await listOverGraphql()).filter((id) => idsOf(seen).includes(id))).toEqual(idsOf(seen));
  });

  it.each(seen)('%s is the same', async (name) => {
    const id = acme.ids[name] ?? '';
    const [overScim, overGraphql] = [await readOverScim(id), await readOverGraphql(id)];
    expect(same.ofScim(overScim.body)).toEqual(same.ofGraphql(overGraphql.body.data[one]));
  });

  it.each([NOBODY, 'nobody'])('nothing has the id %s', async (id) => {
    const [overScim, overGraphql] = [await readOverScim(id), await readOverGraphql(id)];
    expectRefusal({ overScim, overGraphql }, 'NOT_FOUND');
    expect(overGraphql.body.errors[0].message).toBe(words(overScim.body));
  });

  it.each(['displayName eq', 'id zz "a"', '(id eq "a"', 'id eq "a'])('%s is no filter', async (filter) => {
    const [overScim, overGraphql] = [await listOverScim({ filter }), await listOverGraphql(filter)];
    expectRefusal({ overScim, overGraphql }, 'INVALID_INPUT');
    expect(overScim.body.scimType).toBe('invalidFilter');
    expect(overGraphql.body.errors[0].message).toBe(words(overScim.body));
  });

  it('differs where the rules say so: what SCIM may see, and which filters it promises', async () => {
    const id = acme.ids[reading.unseen] ?? '';
    expect((await readOverScim(id)).status).toBe(404);
    expect((await readOverGraphql(id)).body.data[one].id).toBe(id);
    const { filter, names } = reading.unsupported;
    expect((await listOverScim({ filter })).status).toBe(501);
    expect(nodes(await listOverGraphql(filter))).toEqual(idsOf(names));
  });
});

describe('the table is whole', () => {
  it('every SCIM route has its twin', () => {
    const reads = READS.flatMap(({ resource }) => [`GET /${resource}`, `GET /${resource}/:id`]);
    const routes = scimRoutesOf(product.app).filter(
      (route) => !route.startsWith('HEAD ') && !isNeverServed(route) && !isAnotherForm(route),
    );
    expect(routes.sort()).toEqual([...ROWS.flatMap(({ scim }) => scim), ...reads].sort());
  });

  it('every mutation of the provisioning resolver is one of them', () => {
    const fields = Object.keys(buildGraphqlSchema(resolvers).getMutationType()?.getFields() ?? {});
    const provisioning = fields.filter((name) => /^(de)?provision|Provisioned/.test(name));
    expect(provisioning.sort()).toEqual(ROWS.map(({ mutation }) => mutation).sort());
  });
});
