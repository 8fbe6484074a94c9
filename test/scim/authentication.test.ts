import type { FastifyInstance } from 'fastify';
import { buildApp } from '../../src/app.js';
import { createLogger } from '../../src/kernel/logger.js';
import { createOrigin } from '../../src/origin.js';
import { digestOf } from '../isolation/digest.js';
import { scimRoutesOf } from '../isolation/route-table.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';

type Headers = Record<string, string>;

let product: TestProduct;
/** As in production: behind a proxy on this machine, under a public name. */
let served: FastifyInstance;
let acme: TestOrganization;
let globex: TestOrganization;

const DOMAIN = 'rollcall.example';

beforeAll(async () => {
  product = await startProduct();
  const origin = createOrigin(new URL(`https://${DOMAIN}`), 'http://127.0.0.1:4000');
  const logger = createLogger('silent');
  served = await buildApp({ database: product.database, origin, logger, production: true, doors: true });
});
beforeEach(async () => {
  [acme, globex] = [await product.organization(), await product.organization()];
});
afterAll(async () => {
  await served.close();
  await product.close();
});

const basic = (id: string, secret: string) => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
const overHttps = { 'x-forwarded-proto': 'https' };

/** A request as the proxy in front of the product passes it on. */
async function ask(headers: Headers, url = '/Users', method = 'GET', remoteAddress = '127.0.0.1') {
  const answer = await served.inject({
    method: method as 'GET',
    url: `/scim/v2${url}`,
    headers: { host: DOMAIN, ...overHttps, ...headers },
    remoteAddress,
  });
  return { status: answer.statusCode, headers: answer.headers, text: answer.body };
}

const lastUsed = (organization: TestOrganization) =>
  product.sql<{ kind: string; at: string | null; address: string | null; agent: string | null }>(
    `select kind, last_used_at as at, last_used_address as address, last_used_agent as agent
     from scim_credentials where organization_id = $1 order by kind desc`,
    [organization.id],
  );

/** 401, in the same words for everything, and nothing stored. */
async function expectRefused(asked: Headers[], url?: string): Promise<void> {
  const before = await digestOf(product);
  const expected = await ask({}, url);
  expect(expected.status).toBe(401);
  expect(JSON.parse(expected.text)).toMatchObject({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    status: '401',
    detail: expect.stringContaining('Authorization: Bearer'),
  });
  for (const headers of asked) {
    const answer = await ask(headers, url);
    expect({ ...headers, status: answer.status }).toEqual({ ...headers, status: 401 });
    expect(answer.text).toBe(expected.text);
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="scim", Basic realm="scim"');
    expect(answer.headers['content-type']).toBe('application/scim+json');
    expect(answer.headers['cache-control']).toBe('no-store');
  }
  expect(await digestOf(product)).toEqual(before);
  expect((await lastUsed(acme)).map((row) => row.at)).toEqual([null, null]);
}

describe('credentials (B3, abuse 9 and 18)', () => {
  it('are refused in the same words whatever is wrong with them', async () => {
    const { token, clientId, clientSecret, apiToken } = acme;
    const wrongEnd = `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`;
    const sent = [
      '',
      token,
      'Bearer',
      'Bearer ',
      `Token ${token}`,
      `Bearer${token}`,
      `Bearer ${wrongEnd}`,
      `Bearer ${token} x`,
      `Bearer ${token.toUpperCase()}`,
      `Bearer ${token.replace('rcs_', 'rca_')}`,
      `Bearer ${token.replace(/_[\da-f]{24}_/, `_${'0'.repeat(24)}_`)}`,
      `Bearer ${token.slice(0, 29)}`,
      `Bearer ${apiToken}`,
      `Bearer ${clientSecret}`,
      'Basic',
      'Basic !!!',
      basic(clientId, `${clientSecret}x`),
      basic(clientId, ''),
      basic(clientId, token),
      basic(`${clientId}0`, clientSecret),
      basic('', clientSecret),
      basic(globex.clientId, clientSecret),
      basic(clientId.replace('rcc_', 'rcs_'), clientSecret),
      `Basic ${Buffer.from(clientId).toString('base64')}`,
    ];
    await expectRefused(sent.map((authorization) => ({ authorization })));
  });

  it('are not read from anywhere but the header', async () => {
    const query = `?access_token=${acme.token}&token=${acme.token}&authorization=Bearer%20${acme.token}`;
    await expectRefused([{ cookie: `token=${acme.token}`, 'x-api-key': acme.token }], `/Users${query}`);
    const before = await digestOf(product);
    const posted = await served.inject({
      method: 'POST',
      url: '/scim/v2/Users',
      headers: { host: DOMAIN, ...overHttps, 'content-type': 'application/scim+json' },
      payload: { access_token: acme.token },
    });
    expect(posted.statusCode).toBe(401);
    expect(await digestOf(product)).toEqual(before);
  });

  it.each([
    ['revoked', `update scim_credentials set revoked_at = now() where organization_id = $1`],
    [
      'expired',
      `update scim_credentials set expires_at = now() - interval '1 second' where organization_id = $1`,
    ],
    [
      'of a disabled connection',
      `update scim_connections set status = 'disabled' where organization_id = $1`,
    ],
  ])('%s are refused from the next request on', async (_what, statement) => {
    await product.sql(statement, [acme.id]);
    const { token, clientId, clientSecret } = acme;
    await expectRefused([
      { authorization: `Bearer ${token}` },
      { authorization: basic(clientId, clientSecret) },
    ]);
  });

  it('say when, from where and by what they were last used, in either form', async () => {
    const headers = { 'user-agent': `Okta SCIM ${'x'.repeat(300)}`, 'x-forwarded-for': '198.51.100.7' };
    const accepted = [
      `Bearer ${acme.token}`,
      `bEaReR  ${acme.token} `,
      basic(acme.clientId, acme.clientSecret),
    ];
    for (const authorization of accepted) expect((await ask({ ...headers, authorization })).status).toBe(200);
    const used = {
      at: expect.any(Date),
      address: '198.51.100.7',
      agent: headers['user-agent'].slice(0, 200),
    };
    expect(await lastUsed(acme)).toEqual([
      { kind: 'bearer', ...used },
      { kind: 'basic', ...used },
    ]);
    expect((await lastUsed(globex)).map((row) => row.at)).toEqual([null, null]);
  });

  it('are needed by every route, before a body is read, and not by discovery (B6)', async () => {
    for (const route of scimRoutesOf(served)) {
      const [method = '', path = ''] = route.split(' ');
      const answer = await ask({ 'content-type': 'text/plain' }, path.replace(':id', acme.ownerId), method);
      expect({ route, status: answer.status }).toEqual({ route, status: 401 });
    }
    const found = [
      '/ServiceProviderConfig',
      '/Schemas',
      '/Schemas/User',
      '/ResourceTypes',
      '/ResourceTypes/Group',
      '/openapi.json',
    ];
    for (const url of found) {
      expect((await ask({}, url)).status).toBe(200);
      expect((await ask({ authorization: 'Bearer nonsense' }, url)).status).toBe(200);
    }
  });
});

describe('abuse 1: the host names another organization (B5, R1)', () => {
  const spellings: [title: string, headers: (theirs: string, mine: string) => Headers][] = [
    ['plainly', (theirs) => ({ host: `${theirs}.${DOMAIN}` })],
    ['in upper case', (theirs) => ({ host: `${theirs}.${DOMAIN}`.toUpperCase() })],
    ['with a trailing dot', (theirs) => ({ host: `${theirs}.${DOMAIN}.` })],
    ['with a port', (theirs) => ({ host: `${theirs}.${DOMAIN}:443` })],
    ['with an empty port', (theirs) => ({ host: `${theirs}.${DOMAIN}:` })],
    ['with a dot and a port', (theirs) => ({ host: `${theirs}.${DOMAIN}.:8443` })],
    ['with two labels', (theirs) => ({ host: `www.${theirs}.${DOMAIN}` })],
    ['below the own one', (theirs, mine) => ({ host: `${theirs}.${mine}.${DOMAIN}` })],
    ['above the own one', (theirs, mine) => ({ host: `${mine}.${theirs}.${DOMAIN}` })],
    ['with an empty label', (theirs) => ({ host: `${theirs}..${DOMAIN}` })],
    [
      'against X-Forwarded-Host',
      (theirs, mine) => ({ host: `${theirs}.${DOMAIN}`, 'x-forwarded-host': `${mine}.${DOMAIN}` }),
    ],
    [
      'against Forwarded',
      (theirs, mine) => ({ host: `${theirs}.${DOMAIN}`, forwarded: `host=${mine}.${DOMAIN};proto=https` }),
    ],
    ['which does not exist', (theirs) => ({ host: `not-${theirs}.${DOMAIN}` })],
  ];

  it.each(spellings)('%s: 401 on every route, as if the token did not exist', async (_title, spell) => {
    const headers = spell(globex.slug, acme.slug);
    await expectRefused([{ ...headers, authorization: `Bearer ${acme.token}` }]);
    for (const route of scimRoutesOf(served)) {
      const [method = '', path = ''] = route.split(' ');
      const sent = { ...headers, authorization: `Bearer ${acme.token}` };
      expect((await ask(sent, path.replace(':id', globex.ownerId), method)).status).toBe(401);
    }
  });

  it('its own host in any spelling, and the bare one, are fine; what a proxy header claims is not heard', async () => {
    const authorization = `Bearer ${acme.token}`;
    const own = `${acme.slug}.${DOMAIN}`;
    for (const host of [
      own,
      own.toUpperCase(),
      `${own}.`,
      `${own}:443`,
      DOMAIN,
      `${DOMAIN}.:443`,
      '10.0.0.7:4000',
    ]) {
      expect((await ask({ host, authorization })).status).toBe(200);
    }
    const claimed = { host: own, 'x-forwarded-host': `${globex.slug}.${DOMAIN}`, authorization };
    const answer = await ask(claimed, '/ServiceProviderConfig');
    expect(answer.text).toContain(own);
    expect(answer.text).not.toContain(globex.slug);
    expect((await ask(claimed)).status).toBe(200);
  });
});

describe('plain HTTP in production (B5)', () => {
  it('is refused, whatever the credential, and so is what only claims to come through a proxy', async () => {
    const authorization = `Bearer ${acme.token}`;
    const before = await digestOf(product);
    const answers = [
      await ask({ authorization, 'x-forwarded-proto': 'http' }),
      await ask({ authorization, 'x-forwarded-proto': '' }),
      await ask({ 'x-forwarded-proto': 'http' }, '/ServiceProviderConfig'),
      await ask({ authorization, ...overHttps }, '/Users', 'GET', '203.0.113.9'),
    ];
    for (const answer of answers) {
      expect(answer.status).toBe(403);
      expect(JSON.parse(answer.text).detail).toContain('HTTPS');
    }
    expect((await lastUsed(acme)).map((row) => row.at)).toEqual([null, null]);
    expect(await digestOf(product)).toEqual(before);
    expect((await ask({ authorization })).status).toBe(200);
  });
});
