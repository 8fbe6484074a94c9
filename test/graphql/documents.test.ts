import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import os from 'node:os';
import { parse, specifiedRules, validate } from 'graphql';
import { readDocuments } from '../../graphql/documents.js';
import { checkLimits } from '../../graphql/limits.js';
import { resolvers } from '../../graphql/resolvers.js';
import { buildGraphqlSchema } from '../../graphql/schema.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';

const FOLDER = 'graphql/documents';
const texts = readDocuments(FOLDER);
const idOf = (text: string) => createHash('sha256').update(text).digest('hex');

let product: TestProduct;
let acme: TestOrganization;

beforeAll(async () => {
  product = await startProduct({ documents: { texts, only: true } });
  acme = await product.organization();
});
afterAll(() => product.close());

async function send(body: unknown, url = '/graphql', authorization = `Bearer ${acme.apiToken}`) {
  const headers = { authorization, 'content-type': 'application/json' };
  const answer = await product.app.inject({ method: 'POST', url, headers, payload: JSON.stringify(body) });
  const { data, errors } = answer.json();
  return { status: answer.statusCode, data, code: errors?.[0].extensions.code, message: errors?.[0].message };
}

const PEOPLE = readFileSync(`${FOLDER}/people.graphql`, 'utf8');
const people = idOf(PEOPLE);

it.each(readdirSync(FOLDER))('%s is within the limits and fits the schema', (name) => {
  const query = readFileSync(`${FOLDER}/${name}`, 'utf8');
  const schema = buildGraphqlSchema(resolvers);
  expect(checkLimits(schema, { query })).toBeDefined();
  expect(validate(schema, parse(query), specifiedRules)).toEqual([]);
  expect(texts.get(idOf(query))).toBe(query);
});

it.each([
  ['documentId', { documentId: people }],
  ['documentId with its algorithm', { documentId: `sha256:${people}` }],
  ['a persisted query', { extensions: { persistedQuery: { version: 1, sha256Hash: people } } }],
  [
    'a persisted query with its text',
    { query: PEOPLE, extensions: { persistedQuery: { version: 1, sha256Hash: people } } },
  ],
  ['the very text', { query: PEOPLE }],
  [
    'an id, whatever the text beside it',
    { query: 'mutation { revokeApiToken(id: "x") }', documentId: people },
  ],
])('GRAPHQL_DOCUMENTS=persisted runs a registered document, named by %s', async (_how, body) => {
  const { status, data } = await send({ ...body, variables: { first: 1 } });
  expect(status).toBe(200);
  expect(data.users.totalCount).toBe(1);
});

it('GRAPHQL_DOCUMENTS=persisted refuses everything else, and says what to do', async () => {
  const other = await send({ query: '{ organization { id } }' });
  expect(other).toMatchObject({ status: 400, code: 'NOT_SUPPORTED' });
  expect(other.message).toContain('documentId');
  const unknown = await send({ documentId: 'ab'.repeat(32) });
  expect(unknown).toMatchObject({ status: 404, code: 'NOT_FOUND' });
  expect(unknown.message).toContain('deploy the service before the client');
  for (const documentId of [7, {}, [], '', '__proto__']) {
    expect((await send({ documentId })).code).toBe('NOT_FOUND');
  }
  expect(
    await send({ query: 'subscription { provisioningEvents { cursor } }' }, '/graphql/stream'),
  ).toMatchObject({
    status: 400,
    code: 'NOT_SUPPORTED',
  });
  expect((await send({ documentId: people }, '/graphql/stream')).message).toContain('Only subscriptions');
});

it('nobody learns what is registered without a token', async () => {
  for (const documentId of [people, 'ab']) {
    expect(await send({ documentId }, '/graphql', 'Bearer nonsense')).toMatchObject({
      code: 'UNAUTHENTICATED',
    });
  }
});

it('a folder that is not there registers nothing', () => {
  expect(readDocuments(`${mkdtempSync(`${os.tmpdir()}/documents-`)}/none`).size).toBe(0);
});
