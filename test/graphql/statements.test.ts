import type { PostgreSqlConnection } from '@mikro-orm/postgresql';
import { patch, pushGroup, pushUser } from '../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';

/** What a transaction is made of, and no statement of ours: it is there once for each operation. */
const FRAME = /^\s*(begin|commit|rollback|select where num_nulls\(set_config|set )/i;

/** Every statement that the product sends while the counter is on. */
const sent: string[] = [];
let counting = false;

/** Hears what goes through the pool of the product, whichever connection carries it. */
async function listen({ database }: TestProduct): Promise<void> {
  const pool = await (database.fork().getConnection() as PostgreSqlConnection).getNativeClient();
  const heard = new WeakSet<object>();
  pool.on('acquire', (client: { query: (...args: unknown[]) => unknown }) => {
    if (heard.has(client)) return;
    heard.add(client);
    const query = client.query.bind(client);
    client.query = (...args) => {
      const [first] = args as [string | { statements: { text: string }[] }];
      const texts = typeof first === 'string' ? [first] : first.statements.map(({ text }) => text);
      const ours = texts.filter((text) => !FRAME.test(text));
      if (counting) sent.push(...ours.map((text) => text.replace(/\s+/g, ' ').trim()));
      return query(...args);
    };
  });
}

let product: TestProduct;
let acme: TestOrganization;
let ids: Record<'user' | 'group' | 'circle' | 'change', string>;

beforeAll(async () => {
  product = await startProduct();
  await listen(product);
  acme = await product.organization();
  const people = [];
  for (let i = 0; i < 12; i += 1) people.push(await pushUser(acme));
  const groups = [];
  for (let i = 0; i < 12; i += 1) groups.push(await pushGroup(acme, undefined, people));
  await acme.scim(
    'PATCH',
    `/Groups/${groups[0]}`,
    patch({ op: 'remove', path: `members[value eq "${people[0]}"]` }),
  );
  const circle = (await acme.graphql('mutation { createGroup(input: {displayName: "Circle"}) { id } }')).body
    .data.createGroup.id;
  const [change] = await product.sql<{ id: string }>('select id from membership_changes limit 1');
  ids = { user: people[0] ?? '', group: groups[0] ?? '', circle, change: change?.id ?? '' };
  await acme.graphql('{ organization { id } }');
});
afterAll(() => product.close());

const LIST = '(first: 10) { totalCount pageInfo { hasNextPage endCursor } edges';

/**
 * How many statements each document costs, besides those about the token: a query proves the one this process knows in its first packet,
 * a change looks it up, and its last use is noted once a minute.
 * The numbers do not depend on how many rows there are. One may become smaller; growth needs a reason in the commit.
 */
const COSTS: readonly [string, number, () => string][] = [
  ['the organization', 1, () => '{ organization { id slug plan } }'],
  ['a person', 1, () => `{ user(id: "${ids.user}") { userName email version } }`],
  ['a person by node', 2, () => `{ node(id: "${ids.user}") { id ... on User { userName } } }`],
  [
    'a request of the log by node',
    2,
    () => '{ provisioningLog(first: 1) { edges { node { id } } } organization { id } }',
  ],
  ['a page of people', 1, () => '{ users(first: 10) { edges { node { id userName } } } }'],
  [
    'a page of people with a filter and a total',
    2,
    () => `{ users(first: 10, filter: "active eq true") { totalCount edges { node { id } } } }`,
  ],
  [
    'the list of the console: people, their groups, their connection',
    7,
    () =>
      `{ users${LIST} { node { id userName scimConnection { provider } groups(first: 5) { totalCount edges { state node { displayName } } } } } } }`,
  ],
  [
    'a page of groups with members',
    4,
    () =>
      `{ groups${LIST} { node { id displayName members(first: 5) { edges { state node { userName } } } } } } }`,
  ],
  [
    'a group, its members, their groups',
    5,
    () =>
      `{ group(id: "${ids.group}") { members(first: 10) { edges { node { userName groups(first: 10) { edges { node { displayName } } } } } } } }`,
  ],
  [
    'the connections page',
    5,
    () =>
      '{ scimConnections { provider status dialect lastRequest { outcome } lastRefusedRequest { detail } credentials { label } } }',
  ],
  [
    'a page of the log with its total',
    2,
    () => `{ provisioningLog${LIST} { node { operation outcome changes { attribute after } } } } }`,
  ],
  [
    'the progress of a change',
    2,
    () => `{ membershipChange(id: "${ids.change}") { accepted applied group { displayName } } }`,
  ],
  ['createGroup', 2, () => `mutation { createGroup(input: {displayName: "New"}) { id } }`],
  [
    'updateGroup with members',
    7,
    () => `mutation { updateGroup(input: {id: "${ids.circle}", addUserIds: ["${ids.user}"]}) { version } }`,
  ],
  [
    'inviteUser',
    9,
    () => `mutation { inviteUser(input: {email: "guest@acme.example", groupIds: ["${ids.group}"]}) { id } }`,
  ],
  [
    'provisionUser',
    4,
    () =>
      `mutation { provisionUser(input: {connectionId: "${acme.connectionId}", userName: "n@acme.example", email: "n@acme.example", externalId: "n"}) { user { id } } }`,
  ],
  [
    'updateProvisionedUser',
    5,
    () =>
      `mutation { updateProvisionedUser(input: {connectionId: "${acme.connectionId}", id: "${ids.user}", change: {title: "T"}}) { changed } }`,
  ],
  [
    'updateProvisionedGroup with members',
    9,
    () =>
      `mutation { updateProvisionedGroup(input: {connectionId: "${acme.connectionId}", id: "${ids.group}", members: {add: ["${ids.user}"], remove: []}}) { membershipChange { accepted } } }`,
  ],
];

async function statementsOf(document: string): Promise<string[]> {
  sent.length = 0;
  counting = true;
  const answer = await acme.graphql(document);
  counting = false;
  if (answer.body.errors) throw new Error(JSON.stringify(answer.body.errors));
  return sent.filter((text) => !/api_tokens/.test(text));
}

it.each(COSTS)('%s costs %i statements and no more', async (_name, most, document) => {
  const statements = await statementsOf(document());
  if (statements.length > most) throw new Error(`${statements.length} statements:\n${statements.join('\n')}`);
  expect(statements.length).toBe(most);
});

it('a query proves a known token once, with its first statements, and looks nothing up', async () => {
  await statementsOf('{ organization { id } }');
  await statementsOf(`{ user(id: "${ids.user}") { userName groups(first: 1) { totalCount } } }`);
  const aboutTokens = sent.filter((text) => /api_tokens/.test(text));
  expect(aboutTokens).toHaveLength(1);
  expect(aboutTokens[0]).toMatch(/pg_is_in_recovery/);
});
