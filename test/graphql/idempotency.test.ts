import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { resolvers } from '../../graphql/resolvers.js';
import { buildGraphqlSchema } from '../../graphql/schema.js';
import { VISITOR_FIELDS } from '../../graphql/visits.js';
import { forgetResults } from '../../src/kernel/idempotency.js';
import { digestOf } from '../isolation/digest.js';
import { GRAPHQL_CASES } from '../isolation/graphql-cases.js';
import { documentFor, rootFields } from '../isolation/graphql-schema.js';
import { makeWorld } from '../isolation/world.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';
import { endProductProcesses, startProductProcess } from '../workers/product-process.js';
import { OPERATOR_FIELDS } from './permission-table.js';

/**
 * A visitor has no credential a key could belong to; what they send twice is decided by the link they hold. Operators
 * have organizations of their own to repeat themselves in (`operators.test.ts`).
 */
const mutations = rootFields(buildGraphqlSchema(resolvers)).filter(
  ({ kind, name }) => kind === 'mutation' && !VISITOR_FIELDS.has(name) && !OPERATOR_FIELDS.has(name),
);

let product: TestProduct;
let acme: TestOrganization;

beforeAll(async () => {
  product = await startProduct();
  acme = await product.organization();
});
afterEach(endProductProcesses);
afterAll(() => product.close());

async function send(key: string, query: string, variables: unknown = {}, token = acme.apiToken) {
  const answer = await product.app.inject({
    method: 'POST',
    url: '/graphql',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'idempotency-key': key,
    },
    payload: JSON.stringify({ query, variables }),
  });
  const { data, errors } = answer.json();
  return { data, error: errors?.[0], replayed: answer.headers['idempotency-replayed'] === 'true' };
}

const CREATE =
  'mutation ($name: String!) { createGroup(input: {displayName: $name}) { id displayName version } }';
const groupsNamed = async (name: string) =>
  (await product.sql('select from groups where display_name = $1', [name])).length;

it.each(mutations)(
  '$name: the repeat of a request changes nothing and has the same answer',
  async (field) => {
    const world = await makeWorld(product);
    const [variables] = GRAPHQL_CASES[field.name]?.(world) ?? [];
    const token = world.organization.apiToken;
    const key = randomUUID();
    const first = await send(key, documentFor(field), variables, token);
    expect(first).toMatchObject({ error: undefined, replayed: false });
    const after = await digestOf(product);
    if (field.name === 'revokeApiToken') return;
    expect(await send(key, documentFor(field), variables, token)).toEqual({ ...first, replayed: true });
    expect(await digestOf(product)).toEqual(after);
  },
);

it('a secret that is shown once is returned to the repeat and to nobody else, and is not in the table', async () => {
  const key = randomUUID();
  const issue = 'mutation { issueApiToken(role: ADMIN) { id token } }';
  const { data } = await send(key, issue);
  expect((await send(key, issue)).data).toEqual(data);
  const other = await send(key, issue, {}, await acme.issueToken('owner'));
  expect(other.replayed).toBe(false);
  expect(other.data.issueApiToken.token).not.toBe(data.issueApiToken.token);
  const rows = await product.sql<{ result: Buffer }>('select result from idempotency_keys where key = $1', [
    key,
  ]);
  expect(rows.length).toBe(2);
  for (const { result } of rows) {
    for (const shown of Object.values<string>(data.issueApiToken)) expect(result.includes(shown)).toBe(false);
  }
});

it('a key that was used for another request is INVALID_INPUT; the order of variables is no difference', async () => {
  const key = randomUUID();
  const document =
    'mutation ($a: String!, $b: Boolean!) { createGroup(input: {displayName: $a}) { id @include(if: $b) } }';
  const { data } = await send(key, document, { a: key, b: true });
  expect((await send(key, document, { b: true, a: key })).data).toEqual(data);
  const { error } = await send(key, document, { a: `${key}x`, b: true });
  expect(error.extensions).toMatchObject({ code: 'INVALID_INPUT', field: 'Idempotency-Key' });
  expect(error.message).toContain('was used for another request');
});

it('the same request many times at once is one change; who comes while it is under way is told CONFLICT', async () => {
  const key = randomUUID();
  const answers = await Promise.all(Array.from({ length: 12 }, () => send(key, CREATE, { name: key })));
  expect(await groupsNamed(key)).toBe(1);
  const done = answers.filter(({ data }) => data);
  expect(new Set(done.map(({ data }) => data.createGroup.id)).size).toBe(1);
  const codes = answers.flatMap(({ error }) => (error ? [error.extensions.code] : []));
  expect(codes.every((code) => code === 'CONFLICT')).toBe(true);
});

it('a refusal is not remembered', async () => {
  const [key, name] = [randomUUID(), randomUUID()];
  const taken = (await send(randomUUID(), CREATE, { name })).data.createGroup.id;
  expect((await send(key, CREATE, { name })).error.extensions.code).toBe('CONFLICT');
  await acme.graphql(`mutation { deleteGroup(id: "${taken}") }`);
  expect((await send(key, CREATE, { name })).data.createGroup.displayName).toBe(name);
});

it.each(['', 'two words', 'x'.repeat(256), 'ümlaut'])("the key '%s' is refused", async (key) => {
  const { error } = await send(key, CREATE, { name: 'never' });
  expect(error.extensions).toMatchObject({ code: 'INVALID_INPUT', field: 'Idempotency-Key' });
  expect(await groupsNamed('never')).toBe(0);
});

it('stands for one mutation, and means nothing on a query', async () => {
  const one = (name: string) => `${name}: createGroup(input: {displayName: "never"}) { id }`;
  for (const body of [
    `{ ${one('a')} ${one('b')} }`,
    '{ ...M } fragment M on Mutation { createGroup(input: {displayName: "never"}) { id } }',
  ]) {
    const { error } = await send(randomUUID(), `mutation ${body}`);
    expect(error.message).toContain('holds one mutation');
  }
  const key = randomUUID();
  expect((await send(key, '{ organization { id } }')).data.organization.id).toBe(acme.id);
  expect((await send(key, '{ organization { slug } }')).data.organization.slug).toBe(acme.slug);
});

it('is forgotten after a day, and the sweep leaves what is younger', async () => {
  const [old, young] = [randomUUID(), randomUUID()];
  for (const key of [old, young]) await send(key, CREATE, { name: key });
  await product.sql(
    `update idempotency_keys set created_at = now() - interval '24 hours 1 second' where key = $1`,
    [old],
  );
  expect((await send(old, CREATE, { name: old })).error.extensions.code).toBe('CONFLICT');
  expect((await send(old, CREATE, { name: `${old}x` })).data.createGroup.version).toBe(1);
  await product.sql(`update idempotency_keys set created_at = now() - interval '25 hours' where key = $1`, [
    old,
  ]);
  expect(await forgetResults(product.database)).toBe(1);
  expect((await send(young, CREATE, { name: young })).replayed).toBe(true);
});

it('kill -9 between commit and answer: the retry, at another process, gets the answer of the first', async () => {
  const key = randomUUID();
  const settings = { ROLE: 'api', DATABASE_URL: product.databaseUrl };
  const ask = (url: string) =>
    fetch(`${url}/graphql`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${acme.apiToken}`,
        'content-type': 'application/json',
        'idempotency-key': key,
      },
      body: JSON.stringify({ query: CREATE, variables: { name: key } }),
    });
  const first = await startProductProcess(settings);
  const lost = ask(first.url).then(
    () => undefined,
    () => undefined,
  );
  while ((await product.sql('select from idempotency_keys where key = $1', [key])).length === 0)
    await sleep(1);
  await first.end('SIGKILL');
  await lost;
  const second = await startProductProcess(settings);
  const answer = await ask(second.url);
  expect(answer.headers.get('idempotency-replayed')).toBe('true');
  const [row] = await product.sql<{ id: string }>('select id from groups where display_name = $1', [key]);
  expect((await answer.json()).data.createGroup).toEqual({ id: row?.id, displayName: key, version: 1 });
});
