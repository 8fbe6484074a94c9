import { fastify } from 'fastify';
import { buildSchema, getIntrospectionQuery } from 'graphql';
import { MAX_ALIASES, MAX_DEPTH, MAX_DIRECTIVES, MAX_FRAGMENTS, MAX_REPEATS } from '../../graphql/limits.js';
import type { Loaders } from '../../graphql/loaders.js';
import { mountGraphql } from '../../graphql/server.js';
import type { Context } from '../../src/kernel/context.js';
import { createLogger } from '../../src/kernel/logger.js';

const schema = buildSchema(`
  type Query { me: User, users(first: Int = 20): Users, echo(text: String): String, find(where: Where): String }
  type Mutation { signIn(password: String): String }
  type User { id: ID, name: String, friend: User, courses: [Course], friends(first: Int = 20): Users }
  type Course { id: ID, lessons: [Course] }
  type Users { edges: [Edge!], pageInfo: PageInfo, totalCount: Int }
  type Edge { cursor: String, node: User }
  type PageInfo { hasNextPage: Boolean, endCursor: String }
  input Where { and: Where, name: String }
`);

/** What reliability.md allows; the client and the test runner spend theirs in the same process. */
const CPU_BUDGET_MS = 50;
/** The first runs of a document pay for compilation and for neighbours on the machine. */
const ATTEMPTS = 5;

const times = (count: number, part: (index: number) => string, from = 0): string =>
  Array.from({ length: count }, (_, index) => part(from + index)).join(' ');
const flood = (count: number, part: string): string => `{ ${times(count, () => part)} }`;
const friends = (depth: number): string => `{ me ${'{ friend '.repeat(depth)}{ id }${' }'.repeat(depth)} }`;
const spreads = (count: number, from = 0): string => times(count, (index) => `...F${index}`, from);
const fragments = (count: number, body: (index: number) => string): string =>
  times(count, (index) => `fragment F${index} on User { ${body(index)} }`);
const page = (field: string, inner: string): string => `${field} { edges { node { ${inner} } } }`;
const body = (query: string, variables: unknown): string => JSON.stringify({ query, variables });
const find = 'query($w: Where) { find(where: $w) }';
const usersByVariable = 'query($n: Int) { users(first: $n) { totalCount } }';
const keys = Object.fromEntries(Array.from({ length: 15_000 }, (_, index) => [`key${index}`, 1]));
const big = page('users(first: 100)', page('friends(first: 100)', 'id'));
const multiplied = (index: number): string => page('friends(first: 2)', `id ${spreads(20)} f${index}: name`);

/** Name, document or whole body, and what the message must say. */
const LIMITED: [string, string, RegExp][] = [
  ['one level too deep', friends(MAX_DEPTH - 1), /deeper than 8 levels at 'me\.friend\.friend/],
  ['300 levels', friends(300), /deeper/],
  [
    'depth in inline fragments',
    `{ me { ${'... on User { friend { '.repeat(60)}id${' } }'.repeat(60)} } }`,
    /deeper/,
  ],
  [
    'depth through a chain of fragments',
    `{ me { ...F0 } } ${fragments(20, (index) => `friend { id ...F${index + 1} }`)} fragment F20 on User { id }`,
    /deeper/,
  ],
  ['a cycle through fields', '{ me { ...F } } fragment F on User { friend { ...F } }', /deeper/],
  [
    'a cycle of 50',
    `{ me { ...F0 } } ${fragments(50, (i) => `id ...F${(i + 1) % 50}`)}`,
    /'me\.id' 50 times/,
  ],
  ['one alias too many', `{ ${times(MAX_ALIASES + 1, (i) => `a${i}: me { id }`)} }`, /16 aliases; .* is 15/],
  ['10,000 aliases', `{ ${times(10_000, (i) => `a${i}: me { id }`)} }`, /limit is 32768/],
  ['600 aliases of __typename', `{ ${times(600, (i) => `a${i}: __typename`)} }`, /600 aliases/],
  [
    'abuse 11: 100 aliased guesses',
    `mutation { ${times(100, (i) => `a${i}: signIn(password: "${i}")`)} }`,
    /100 aliases/,
  ],
  [
    'aliases in fragments',
    `{ me { ...F0 ...F1 } } ${fragments(2, (i) => times(9, (alias) => `a${i}x${alias}: name`))}`,
    /18 aliases/,
  ],
  ['a flood of __typename', flood(1_900, '__typename'), /'__typename' 1900 times/],
  ['a field once too often', flood(MAX_REPEATS + 1, 'echo'), /'echo' 31 times; the limit is 30/],
  ['a repeated object', flood(490, 'me { id }'), /'me' 490 times/],
  ['repetition in repetition', flood(15, `me ${flood(15, 'friend { id }')}`), /'me\.friend' 225 times/],
  ['repetition in inline fragments', flood(280, '... { me { id } }'), /'me' 280 times/],
  [
    'repetition through fragments',
    `{ me { ${spreads(40)} } } ${fragments(40, () => 'friend { id name }')}`,
    /'me\.friend' 40 times/,
  ],
  [
    'too many fragments',
    `{ me { ${spreads(MAX_FRAGMENTS + 1)} } } ${fragments(MAX_FRAGMENTS + 1, () => 'id')}`,
    /51 fragments; the limit is 50/,
  ],
  ['fragments that multiply', `{ me { ...F0 } } ${fragments(15, multiplied)}`, /deeper|field values|times/],
  ['100,000 directives', `{ me ${times(100_000, () => '@a')} { id } }`, /./],
  ['900 directives', `{ echo ${times(900, () => '@a')} }`, /900 directives/],
  ['one directive too many', flood(MAX_DIRECTIVES + 1, '... @include(if: true) { echo }'), /31 directives/],
  [
    'a page too large',
    '{ users(first: 1000000) { totalCount } }',
    /'first: 1000000' at 'users' is above 100/,
  ],
  ['a page too large by variable', body(usersByVariable, { n: 101 }), /'first: 101'/],
  ['a page too large by default', 'query($n: Int = 500) { users(first: $n) { totalCount } }', /'first: 500'/],
  ['100 times 100 rows', `{ ${big} }`, /5000 field values, counted up to 'users\.edges\.node\.friends/],
  [
    'lists that are not paged',
    `{ ${page('users', 'courses { lessons { lessons { lessons { id } } } }')} }`,
    /field values/,
  ],
  [
    'a negative page beside a big one',
    `{ ${page('few: users(first: -9000)', 'name')} ${big} }`,
    /field values/,
  ],
  ['1 MiB', `{ echo(text: "${'x'.repeat(1 << 20)}") }`, /larger than 262144 bytes/],
  ['120 KB of comments', `{ echo ${'#\n'.repeat(60_000)} }`, /limit is 32768/],
  ['200 KB in a literal', `{ echo(text: "${'x'.repeat(200_000)}") }`, /Move data into variables/],
  ['5,000 numbers in a literal', `{ echo(text: [${times(5_000, () => '1')}]) }`, /more than 2000 tokens/],
  ['1,500 open braces', '{a'.repeat(1_500), /more than 2000 tokens/],
  ['two operations', 'query A { echo } query B { echo }', /2 operations; send one/],
  ['400 operations', times(400, (i) => `query Q${i} { echo }`), /400 operations/],
  [
    'variables 30,000 levels deep',
    `{"query":"${find}","variables":{"w":${'{"and":'.repeat(30_000)}{}${'}'.repeat(30_000)}}}`,
    /deeper than 32 levels/,
  ],
  ['15,000 unknown keys', body(find, { w: keys }), /15000 keys; the limit is 100/],
];

/** Small enough to be read, and refused by GraphQL's own rules: name, document and code. */
const REFUSED: [string, string, string][] = [
  ['a cycle of one', '{ me { ...F } } fragment F on User { id ...F }', 'GRAPHQL_VALIDATION_FAILED'],
  [
    'a cycle of 30',
    `{ me { ...F0 } } ${fragments(30, (i) => `id ...F${(i + 1) % 30}`)}`,
    'GRAPHQL_VALIDATION_FAILED',
  ],
  ['480 variables', `query(${times(480, (i) => `$v${i}: Int`)}) { echo }`, 'GRAPHQL_VALIDATION_FAILED'],
  ['1,900 unknown fields', `{ ${times(1_900, (i) => `x${i}`)} }`, 'GRAPHQL_VALIDATION_FAILED'],
  [
    'introspection of introspection',
    '{ __schema { types { fields { type { fields { type { fields { type { name } } } } } } } } }',
    'GRAPHQL_VALIDATION_FAILED',
  ],
  [
    '99 unknown keys',
    body(find, { w: Object.fromEntries(Object.entries(keys).slice(0, 99)) }),
    'INVALID_INPUT',
  ],
  [
    'a batch of 1,000',
    JSON.stringify(Array.from({ length: 1_000 }, () => ({ query: '{ echo }' }))),
    'INVALID_INPUT',
  ],
  [
    'filling a cache of persisted queries',
    JSON.stringify({ query: '{ echo }', extensions: { persistedQuery: { version: 1, sha256Hash: 'ab' } } }),
    'PERSISTED_QUERY_NOT_SUPPORTED',
  ],
];

const ACCEPTED: [string, string][] = [
  ['the introspection query', getIntrospectionQuery({ descriptions: true, inputValueDeprecation: true })],
  ['a full page with a nested page', `{ ${page('users(first: 100)', page('friends', 'id'))} }`],
  [
    'a full page of 12 fields',
    `{ ${page('users(first: 100)', 'id name courses { id } friend { id name }')} }`,
  ],
  ['eight levels', friends(MAX_DEPTH - 2)],
  ['15 aliases', `{ ${times(MAX_ALIASES, (i) => `a${i}: echo`)} }`],
  ['fragments that overlap', `{ me { ${spreads(30)} } } ${fragments(30, () => 'id name friend { id }')}`],
  ['a full page by variable', body(usersByVariable, { n: 100 })],
];

const app = fastify();
let url = '';
beforeAll(async () => {
  await mountGraphql(app, {
    schema,
    production: false,
    logger: createLogger('silent'),
    authenticate: async ({ id }) => ({ requestId: id }) as Context,
    createLoaders: () => ({}) as Loaders,
  });
  url = `${await app.listen({ port: 0 })}/graphql`;
  for (let round = 0; round < 20; round += 1) await send(`{ me { id } x${round} }`);
});
afterAll(() => app.close());

async function send(document: string) {
  const sent = Buffer.from(/^(\{"|\[)/.test(document) ? document : JSON.stringify({ query: document }));
  const headers = { 'content-type': 'application/json', connection: 'close' };
  const before = process.cpuUsage();
  const answer = await fetch(url, { method: 'POST', body: sent, headers });
  const text = await answer.text();
  const { user, system } = process.cpuUsage(before);
  const { errors = [] } = JSON.parse(text) as {
    errors?: { message: string; extensions: { code: string } }[];
  };
  return { status: answer.status, errors, bytes: text.length, cpu: (user + system) / 1_000 };
}

/** Sends it until it was cheap enough once, and returns what was answered. */
async function refuse(document: string) {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await send(document);
    const [error] = answer.errors;
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(answer.bytes).toBeLessThan(10_000);
    if (answer.cpu <= CPU_BUDGET_MS) return { code: error?.extensions.code, message: error?.message };
    if (attempt === ATTEMPTS) throw new Error(`used ${answer.cpu} ms of CPU`);
  }
}

describe('abuse 10: a bomb is refused within 50 ms of CPU', () => {
  test.each(LIMITED)('%s', async (_name, document, message) => {
    expect(await refuse(document)).toEqual({
      code: 'LIMIT_EXCEEDED',
      message: expect.stringMatching(message),
    });
  });

  test.each(REFUSED)('%s', async (_name, document, code) => {
    expect(await refuse(document)).toMatchObject({ code });
  });
});

describe('what a screen needs passes', () => {
  test.each(ACCEPTED)('%s', async (_name, document) => {
    expect(await send(document)).toMatchObject({ status: 200, errors: [] });
  });
});
