import { buildSchema } from 'graphql';
import { MAX_DEPTH, MAX_REPEATS } from '../../graphql/limits.js';
import { MAX_ALIASES, MAX_DIRECTIVES, MAX_FRAGMENTS } from '../../graphql/parse-document.js';

/** A schema with everything a bomb needs: cycles, pages, lists that are not paged, recursive input. */
export const schema = buildSchema(`
  type Query { me: User, users(first: Int = 20): Users, echo(text: String): String, find(where: Where): String }
  type Mutation { signIn(password: String): String }
  type User { id: ID, name: String, friend: User, courses: [Course], friends(first: Int = 20): Users }
  type Course { id: ID, lessons: [Course] }
  type Users { edges: [Edge!], pageInfo: PageInfo, totalCount: Int }
  type Edge { cursor: String, node: User }
  type PageInfo { hasNextPage: Boolean, endCursor: String }
  input Where { and: Where, name: String }
`);

export const times = (count: number, part: (index: number) => string, from = 0): string =>
  Array.from({ length: count }, (_, index) => part(from + index)).join(' ');
export const flood = (count: number, part: string): string => `{ ${times(count, () => part)} }`;
export const friends = (depth: number): string =>
  `{ me ${'{ friend '.repeat(depth)}{ id }${' }'.repeat(depth)} }`;
export const spreads = (count: number, from = 0): string => times(count, (index) => `...F${index}`, from);
export const fragments = (count: number, body: (index: number) => string): string =>
  times(count, (index) => `fragment F${index} on User { ${body(index)} }`);
export const page = (field: string, inner: string): string => `${field} { edges { node { ${inner} } } }`;
export const body = (query: string, variables: unknown): string => JSON.stringify({ query, variables });
const find = 'query($w: Where) { find(where: $w) }';
export const usersByVariable = 'query($n: Int) { users(first: $n) { totalCount } }';
const keys = Object.fromEntries(Array.from({ length: 15_000 }, (_, index) => [`key${index}`, 1]));
const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);
const big = page('users(first: 100)', page('friends(first: 100)', 'id'));
const multiplied = (index: number): string => page('friends(first: 2)', `id ${spreads(20)} f${index}: name`);

/** Name, document or whole body, and what the message must say. */
export const LIMITED: [string, string, RegExp][] = [
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
  ['600 aliases of one letter', `{ ${times(600, (i) => `a${i}:me{id}`)} }`, /tokens|aliases/],
  [
    'aliases at every level',
    `{ ${times(4, (i) => `a${i}: me { ${times(4, (j) => `b${j}: friend { id }`)} }`)} }`,
    /20 aliases/,
  ],
  ['depth by aliases of one field', `{ me ${'{ f: friend '.repeat(12)}{ id }${' }'.repeat(12)} }`, /deeper/],
  [
    'depth below a page',
    `{ ${page('users', `friend ${'{ friend '.repeat(9)}{ id }${' }'.repeat(9)}`)} }`,
    /deeper/,
  ],
  [
    'pages in pages in pages',
    `{ ${page('users(first: 20)', page('friends(first: 20)', page('friends(first: 20)', 'id')))} }`,
    /deeper|field values/,
  ],
  ['a page by a variable that is a float', body(usersByVariable, { n: 1e9 }), /'first: 1000000000'/],
  [
    'directives on a fragment',
    `{ me { ...F ${times(40, () => '@skip(if: true)')} } } fragment F on User { id }`,
    /40 directives/,
  ],
  [
    'directives on every field',
    `{ me { ${times(31, (i) => `f${i}: id @include(if: true)`)} } }`,
    /31 (aliases|directives)/,
  ],
  ['a flood of an input object', `{ find(where: ${'{and: '.repeat(600)}{}${'}'.repeat(600)}) }`, /tokens/],
  ['a string of 32,769 characters', `{ echo(text: """${'x'.repeat(32_760)}""") }`, /limit is 32768/],
  ['40,000 blanks', `{ echo ${' '.repeat(40_000)}}`, /limit is 32768/],
  ['40,000 commas', `{ echo ${','.repeat(40_000)}}`, /limit is 32768/],
  ['variables 33 lists deep', body(find, { w: nested(33) }), /deeper than 32 levels/],
  ['101 keys', body(find, { w: Object.fromEntries(Object.entries(keys).slice(0, 101)) }), /101 keys/],
  ['15,000 unknown keys', body(find, { w: keys }), /15000 keys; the limit is 100/],
];

/** Small enough to be read, and refused by GraphQL's own rules: name, document and code. */
export const REFUSED: [string, string, string][] = [
  ['a cycle of one', '{ me { ...F } } fragment F on User { id ...F }', 'GRAPHQL_VALIDATION_FAILED'],
  [
    'a cycle of 30',
    `{ me { ...F0 } } ${fragments(30, (i) => `id ...F${(i + 1) % 30}`)}`,
    'GRAPHQL_VALIDATION_FAILED',
  ],
  ['a subscription here', 'subscription { me { id } }', 'NOT_SUPPORTED'],
  ['a string that does not end', `{ echo(text: "${'x'.repeat(20_000)}) }`, 'GRAPHQL_PARSE_FAILED'],
  ['1,000 open brackets', `{ echo(text: ${'['.repeat(1_000)}) }`, 'GRAPHQL_PARSE_FAILED'],
  ['1,900 bytes of NUL', `{ echo ${'\u0000'.repeat(1_900)} }`, 'GRAPHQL_PARSE_FAILED'],
  [
    'a variable of each kind that is not declared',
    `{ ${times(15, (i) => `a${i}: echo(text: $v${i})`)} }`,
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
