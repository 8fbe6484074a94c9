import { resolvers } from '../../graphql/resolvers.js';
import { buildGraphqlSchema } from '../../graphql/schema.js';
import { VISITOR_FIELDS } from '../../graphql/visits.js';
import { createOperatorToken } from '../../src/access/operator-tokens.js';
import { digestOf } from '../isolation/digest.js';
import { ABSENT_IS_FINE, GRAPHQL_CASES, type Variables } from '../isolation/graphql-cases.js';
import { documentFor, pathsOf, rootFields, valueAt, withValue } from '../isolation/graphql-schema.js';
import { makeWorld, type World } from '../isolation/world.js';
import { startProduct, type TestProduct } from '../support/product.js';
import { OPERATOR_FIELDS } from './permission-table.js';

const fields = rootFields(buildGraphqlSchema(resolvers));
const withText = fields.filter(({ args }) => [...pathsOf(args, 'String'), ...pathsOf(args, 'ID')].length > 0);

let product: TestProduct;
let world: World;
let operatorToken: string;

const tokenFor = (field: string): string =>
  OPERATOR_FIELDS.has(field) ? operatorToken : world.organization.apiToken;

beforeAll(async () => {
  product = await startProduct();
  world = await makeWorld(product);
  operatorToken = (await createOperatorToken(product.database, { label: 'test' })).token;
});
afterAll(() => product.close());

/** What no text and no id may be. All of it is refused, wherever text or an id is taken. */
const NO_TEXT: [title: string, value: unknown][] = [
  ['NUL', 'a\u0000b'],
  ['half a surrogate pair', 'a\ud800b'],
  ['the other half', '\udfffb'],
  ['100,000 characters', 'x'.repeat(100_000)],
  ['an object', { a: 1 }],
  ['an object with a function to call', { toString: 'x', valueOf: 'y' }],
  ['a list in a list', [['x']]],
  ['a boolean', true],
];

/** B29: text that is no id names an absent member, and removing one is no error. */
/** Ids whose absence is no error and that are never compared as text: whatever is no id is nobody's. */
const IGNORED = new Set([...ABSENT_IS_FINE].filter((place) => !/^(provisioningLog|bulk)/.test(place)));

/** What is no address is refused row by row, in the report of the batch, so that one cell of a list does not stop it. */
const isReported = (field: string, path: string): boolean =>
  `${field}.${path}` === 'inviteUsers.input.emails';

const isIgnored = (field: string, path: string, value: unknown): boolean =>
  typeof value === 'string' && (IGNORED.has(`${field}.${path}`) || isReported(field, path));

async function send(field: (typeof fields)[number], variables: Variables) {
  const answer = await product.app.inject({
    method: 'POST',
    url: '/graphql',
    headers: {
      'content-type': 'application/json',
      ...(!VISITOR_FIELDS.has(field.name) && { authorization: `Bearer ${tokenFor(field.name)}` }),
    },
    payload: JSON.stringify({ query: documentFor(field), variables }),
  });
  const body = answer.json();
  return { status: answer.statusCode, code: body.errors?.[0]?.extensions?.code, body };
}

describe.each(withText)('the variables of $name', (field) => {
  let before: unknown;
  beforeAll(async () => {
    before = await digestOf(product);
  });
  afterAll(async () => expect(await digestOf(product)).toEqual(before));

  it.each(NO_TEXT)('hold %s: refused, and nothing stored', async (_title, value) => {
    const taken = [...pathsOf(field.args, 'String'), ...pathsOf(field.args, 'ID')];
    const paths = taken.filter((path) => !isIgnored(field.name, path, value));
    for (const baseline of GRAPHQL_CASES[field.name]?.(world) ?? []) {
      for (const path of paths) {
        const { status, code } = await send(field, withValue(withHomes(baseline, path), path, value));
        expect(status).toBeLessThan(500);
        expect({ path, code }).toEqual({
          path,
          code: expect.stringMatching(/^(INVALID_INPUT|NOT_FOUND|LIMIT_EXCEEDED)$/),
        });
      }
    }
  });
});

it.each([...IGNORED])('%s takes text that is no id for somebody absent', async (place) => {
  const [name = '', ...keys] = place.split('.');
  const path = keys.join('.');
  const field = fields.find((one) => one.name === name) as (typeof fields)[number];
  const [baseline = {}] = (GRAPHQL_CASES[name]?.(world) ?? []).filter(
    (one) => valueAt(one, path) !== undefined,
  );
  for (const [, value] of NO_TEXT.filter(([, one]) => isIgnored(name, path, one))) {
    const answer = await send(field, withValue(baseline, path, [value]));
    expect(answer).toMatchObject({ status: 200, code: undefined });
  }
});

/** A baseline leaves optional objects out: `change` and `members` must be there for a value to be put into them. */
function withHomes(variables: Variables, path: string): Variables {
  const copy = structuredClone(variables);
  let home: Record<string, unknown> = copy;
  for (const key of path.split('.').slice(0, -1)) {
    if (Array.isArray(home[key])) return copy;
    if (home[key] === undefined) home[key] = {};
    home = home[key] as Record<string, unknown>;
  }
  return copy;
}

describe('the body of /graphql', () => {
  const post = async (payload: string | Buffer, type = 'application/json') => {
    const answer = await product.app.inject({
      method: 'POST',
      url: '/graphql',
      headers: { authorization: `Bearer ${world.organization.apiToken}`, 'content-type': type },
      payload,
    });
    return { status: answer.statusCode, body: answer.json() };
  };
  const mutation = 'mutation ($input: CreateGroupInput!) { createGroup(input: $input) { id } }';
  const create = (variables: string) => `{"query": ${JSON.stringify(mutation)}, "variables": ${variables}}`;

  it.each([
    ['nothing', ''],
    ['null', 'null'],
    ['a string', '"x"'],
    ['a list', '[]'],
    ['half a document', create('{"input": {')],
    ['__proto__', create('{"input": {"displayName": "x", "__proto__": {"polluted": true}}}')],
    ['escaped __proto__', create('{"input": {"displayName": "x", "\\u005f_proto__": {"polluted": true}}}')],
    ['constructor.prototype', create('{"input": {"displayName": "x", "constructor": {"prototype": {}}}}')],
    ['10,000 levels', create(`${'['.repeat(10_000)}${']'.repeat(10_000)}`)],
    ['10,000 levels of objects', create(`${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`)],
    ['variables that are a string', create('"x"')],
    ['variables that are a list', create('[1]')],
    ['an unknown field', create('{"input": {"displayName": "x", "organizationId": "y"}}')],
    ['1e400', create('{"input": {"displayName": 1e400}}')],
    ['2 MB', create(`{"input": {"displayName": "${'x'.repeat(2_000_000)}"}}`)],
  ])('that holds %s is refused', async (_title, payload) => {
    const before = await digestOf(product);
    const { status, body } = await post(payload);
    expect([400, 413]).toContain(status);
    expect(body.errors[0].extensions.code).toMatch(
      /^(INVALID_INPUT|LIMIT_EXCEEDED|GRAPHQL_VALIDATION_FAILED)$/,
    );
    expect(body.data ?? null).toBeNull();
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(await digestOf(product)).toEqual(before);
  });
});
