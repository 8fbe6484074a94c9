import { randomUUID } from 'node:crypto';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';

let product: TestProduct;
let acme: TestOrganization;

beforeAll(async () => {
  product = await startProduct({ production: true });
  acme = await product.organization();
});
afterAll(() => product.close());

type Method = 'GET' | 'POST';

async function send(
  payload: string | undefined,
  { method = 'POST' as Method, url = '/graphql', headers = {} as Record<string, string> } = {},
) {
  const answer = await product.app.inject({
    method,
    url,
    headers: {
      authorization: `Bearer ${acme.apiToken}`,
      'x-forwarded-proto': 'https',
      ...(payload !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(payload !== undefined && { payload }),
  });
  return { status: answer.statusCode, headers: answer.headers, text: answer.body };
}
const ask = (query: string, variables?: unknown, url = '/graphql') =>
  send(JSON.stringify({ query, variables }), { url });

/** What tells an attacker of the inside: names of types, of tables, of files, of packages. */
const INSIDE =
  /did you mean|\bUserConnection\b|\bstack\b|node_modules|\.ts\b|\.js\b|\bat \/|select |relation|apollo|fastify/i;

describe('abuse 12: production shows what a client needs and nothing of the inside', () => {
  it.each([
    '{ __schema { types { name } } }',
    '{ __type(name: "User") { fields { name } } }',
    'query IntrospectionQuery { __schema { queryType { name } } }',
    '{ organization { id } ... on Query { __schema { types { name } } } }',
  ])('introspection is off: %s', async (query) => {
    const { status, text } = await ask(query);
    expect(status).toBe(400);
    expect(text).toContain('Introspection is switched off');
    expect(text).not.toMatch(INSIDE);
  });

  it.each([
    ['{ usrs { id } }', undefined],
    ['{ users { edges { nod { id } } } }', undefined],
    ['{ users(frist: 1) { totalCount } }', undefined],
    ['mutation { issueApiToken(role: OWNR) { id } }', undefined],
    ['mutation ($r: Role!) { issueApiToken(role: $r) { id } }', { r: 'OWNR' }],
    ['query ($f: Nothing) { users { totalCount } }', undefined],
  ])('no suggestion helps to guess: %s', async (query, variables) => {
    const { status, text } = await ask(query, variables);
    expect(status).toBe(400);
    expect(text).not.toMatch(INSIDE);
    const followed = await ask(
      query.replace(/^(\{|query|mutation)/, 'subscription {').concat('}'),
      variables,
      '/graphql/stream',
    );
    expect(followed.text).not.toMatch(INSIDE);
  });

  it('a fault of ours is masked, on both wires', async () => {
    await product.sql('alter table groups rename to groups_elsewhere');
    try {
      const { status, text } = await ask('{ groups { totalCount } }');
      expect(status).toBe(200);
      expect(JSON.parse(text).errors[0].extensions).toEqual({
        code: 'INTERNAL',
        requestId: expect.any(String),
      });
      expect(text).not.toMatch(INSIDE);
    } finally {
      await product.sql('alter table groups_elsewhere rename to groups');
    }
  });

  it('there is no page to land on, and no header says what runs here', async () => {
    for (const url of ['/graphql', '/graphql/stream']) {
      const page = await send(undefined, { method: 'GET', url, headers: { accept: 'text/html' } });
      expect(page.status).toBe(405);
      expect(page.text).not.toContain('<');
      expect(Object.keys(page.headers)).not.toEqual(expect.arrayContaining(['server']));
      expect(JSON.stringify(page.headers)).not.toMatch(/apollo|fastify|node|express|powered/i);
    }
  });
});

const MULTIPART = '--x\r\nContent-Disposition: form-data; name="operations"\r\n\r\n';
const TYPES: readonly [string, (json: string) => string][] = [
  ['text/plain', (json) => json],
  ['text/plain; charset=utf-8', (json) => json],
  ['application/x-www-form-urlencoded', (json) => `query=${encodeURIComponent(JSON.parse(json).query)}`],
  ['multipart/form-data; boundary=x', (json) => `${MULTIPART}${json}\r\n--x--`],
  ['application/graphql', (json) => JSON.parse(json).query],
  ['application/octet-stream', (json) => json],
  ['application/xml', (json) => json],
  ['text/json', (json) => json],
  ['', (json) => json],
];
const PREFLIGHT: readonly Record<string, string>[] = [
  {},
  { 'apollo-require-preflight': 'true' },
  { 'x-apollo-operation-name': 'M' },
];

describe('abuse 13: no page of another site can make a browser change anything', () => {
  const mutation = () => {
    const name = randomUUID();
    return {
      name,
      json: JSON.stringify({ query: `mutation M { createGroup(input: {displayName: "${name}"}) { id } }` }),
    };
  };
  const made = async (name: string) =>
    (await product.sql('select from groups where display_name = $1', [name])).length;

  it.each(TYPES)("Content-Type '%s' is refused with and without preflight headers", async (type, encode) => {
    for (const url of ['/graphql', '/graphql/stream']) {
      for (const preflight of PREFLIGHT) {
        const { name, json } = mutation();
        const { status } = await send(encode(json), { url, headers: { 'content-type': type, ...preflight } });
        expect([400, 415]).toContain(status);
        expect(await made(name)).toBe(0);
      }
    }
  });

  it('a mutation by GET changes nothing, whatever the headers', async () => {
    for (const preflight of PREFLIGHT) {
      const { name, json } = mutation();
      const url = `/graphql?query=${encodeURIComponent(JSON.parse(json).query)}`;
      expect((await send(undefined, { method: 'GET', url, headers: preflight })).status).toBe(405);
      expect(await made(name)).toBe(0);
    }
  });

  it('JSON is accepted, which a browser sends to another site only after asking; and not from another site', async () => {
    for (const preflight of PREFLIGHT) {
      const { name, json } = mutation();
      const foreign = await send(json, { headers: { ...preflight, 'sec-fetch-site': 'cross-site' } });
      expect(foreign.status).toBe(403);
      expect(await made(name)).toBe(0);
      expect((await send(json, { headers: { ...preflight, 'sec-fetch-site': 'same-origin' } })).status).toBe(
        200,
      );
      expect(await made(name)).toBe(1);
    }
  });

  it('nobody is told that another site may ask', async () => {
    const { headers, status } = await send(undefined, {
      method: 'OPTIONS' as Method,
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
    });
    expect(status).toBe(405);
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });
});
