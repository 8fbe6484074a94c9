import { createHmac, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connectSso } from '../../src/access/connect-sso.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';
import { Browser, withOutside } from './browser.js';
import { makeSigningKey } from './certificate.js';
import { CLIENT, startOidcServer } from './oidc-server.js';
import { type OpenProvider, signedToken, startOpenProvider } from './open-provider.js';

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
const CLIENT_ID = 'rollcall-here';
const strange = makeSigningKey();

let product: TestProduct;
let organization: TestOrganization;
let provider: OpenProvider;
let other: OpenProvider;
let connectionId: string;
let otherId: string;
const closing: (() => Promise<void>)[] = [];

const connect = (to: OpenProvider, where = organization) =>
  connectSso(withOutside(where.context), {
    oidc: { issuer: to.issuer, clientId: CLIENT_ID, clientSecret: 'a-secret' },
  });

beforeAll(async () => {
  product = await startProduct({ allowPrivateProviders: true });
  organization = await product.organization();
  [provider, other] = await Promise.all([startOpenProvider(CLIENT_ID), startOpenProvider(CLIENT_ID)]);
  connectionId = await connect(provider);
  otherId = await connect(other);
});
afterAll(async () => {
  await Promise.all([provider.close(), other.close(), ...closing.map((close) => close())]);
  await product.close();
});

async function signedIn(sub: string, sid?: string, at = provider, id = connectionId): Promise<Browser> {
  const browser = new Browser(product);
  const started = await browser.send('GET', `/signin/${organization.slug}/start/${id}`);
  const { searchParams } = new URL(String(started.headers.location));
  at.next = { sub, ...(sid !== undefined && { sid }), nonce: searchParams.get('nonce') ?? '' };
  const query = new URLSearchParams({ code: 'c', state: searchParams.get('state') ?? '' });
  await browser.send('GET', `/signin/${organization.slug}/oidc?${query}`);
  if (browser.session === undefined) throw new Error(`${sub} was not signed in.`);
  return browser;
}
const home = async (browser: Browser) =>
  (await browser.send('GET', `/signin/${organization.slug}/home`)).statusCode;

const now = () => Math.floor(Date.now() / 1_000);
const claimsFor = (more: Record<string, unknown>): Record<string, unknown> => ({
  iss: provider.issuer,
  aud: CLIENT_ID,
  iat: now(),
  exp: now() + 120,
  jti: randomUUID(),
  events: { [EVENT]: {} },
  ...more,
});
const token = (more: Record<string, unknown>, head: Record<string, unknown> = {}) =>
  signedToken(provider.privateKey, claimsFor(more), head);

/** Every message comes from an address of its own, so that what is refused here slows down nothing there. */
let addresses = 0;
function tell(
  form: Record<string, string> | string,
  { slug = organization.slug, address = '' }: { slug?: string; address?: string } = {},
) {
  addresses += 1;
  const from = address || `198.51.100.${addresses}`;
  return new Browser(product).send('POST', `/signin/${slug}/oidc/logout`, {
    form,
    headers: { 'x-forwarded-for': from },
  });
}

describe('OpenID Connect back-channel logout', () => {
  it('ends the session it names, or all of a subject, and says so in the way the specification has it', async () => {
    const [one, two, bystander, unnamed] = [
      await signedIn('both', 's-1'),
      await signedIn('both', 's-2'),
      await signedIn('bystander', 's-3'),
      await signedIn('both'),
    ];
    const homes = async () => [await home(one), await home(two), await home(bystander), await home(unnamed)];
    const first = await tell({ logout_token: token({ sid: 's-1' }) });
    expect([first.statusCode, first.headers['cache-control'], first.body]).toEqual([200, 'no-store', '']);
    expect(await homes()).toEqual([303, 200, 200, 200]);
    // A session that cannot say which of the provider's it is may be the one that is meant.
    await tell({ logout_token: token({ sub: 'both', sid: 's-9' }) });
    expect(await homes()).toEqual([303, 200, 200, 303]);
    await tell({ logout_token: token({ sub: 'both', aud: ['another', CLIENT_ID] }, { typ: undefined }) });
    expect(await homes()).toEqual([303, 303, 200, 303]);
    const [row] = await product.sql(
      `select details from audit_log where action = 'sessions.endedByProvider' order by id desc limit 1`,
    );
    expect(row).toMatchObject({ details: { count: 1 } });
    // Nobody is signed in as them: that is what the provider wants, so it is told that it is so.
    expect((await tell({ logout_token: token({ sub: 'nobody' }) })).statusCode).toBe(200);
  });

  const FORGERIES: [string, () => Record<string, string> | string][] = [
    ['no token', () => ({})],
    ['two tokens', () => `logout_token=${token({ sub: 'victim' })}&logout_token=${token({ sub: 'victim' })}`],
    ['what is no JWT', () => ({ logout_token: 'a.b' })],
    [
      'alg none',
      () => {
        const [, body = ''] = token({ sub: 'victim' }).split('.');
        const head = Buffer.from('{"alg":"none"}').toString('base64url');
        return { logout_token: `${head}.${body}.` };
      },
    ],
    ['alg none with a signature', () => ({ logout_token: token({ sub: 'victim' }, { alg: 'none' }) })],
    ...(['pem', 'der', 'jwk'] as const).map((form): [string, () => Record<string, string>] => [
      `HS256 with the public key as ${form}`,
      () => {
        const [head = '', body = ''] = token({ sub: 'victim' }, { alg: 'HS256' }).split('.');
        const secret =
          form === 'jwk'
            ? JSON.stringify(provider.publicKey.export({ format: 'jwk' }))
            : provider.publicKey.export({ format: form, type: 'spki' } as never);
        const signature = createHmac('sha256', secret as never)
          .update(`${head}.${body}`)
          .digest('base64url');
        return { logout_token: `${head}.${body}.${signature}` };
      },
    ]),
    [
      'the signature of another key',
      () => ({ logout_token: signedToken(strange.privateKey, claimsFor({ sub: 'victim' })) }),
    ],
    [
      'the signature of another provider',
      () => ({ logout_token: signedToken(other.privateKey, claimsFor({ sub: 'victim' })) }),
    ],
    [
      'claims that were changed',
      () => {
        const [head, , signature] = token({ sub: 'somebody' }).split('.');
        const [, body] = token({ sub: 'victim' }).split('.');
        return { logout_token: `${head}.${body}.${signature}` };
      },
    ],
    ['an unknown key', () => ({ logout_token: token({ sub: 'victim' }, { kid: 'two' }) })],
    ['a critical header', () => ({ logout_token: token({ sub: 'victim' }, { crit: ['exp'] }) })],
    ['an access token', () => ({ logout_token: token({ sub: 'victim' }, { typ: 'at+jwt' }) })],
    [
      'the algorithm the provider does not use',
      () => ({ logout_token: token({ sub: 'victim' }, { alg: 'PS256' }) }),
    ],
    ['another audience', () => ({ logout_token: token({ sub: 'victim', aud: 'another' }) })],
    ['another issuer', () => ({ logout_token: token({ sub: 'victim', iss: 'https://evil.example' }) })],
    ['no events', () => ({ logout_token: token({ sub: 'victim', events: undefined }) })],
    [
      'another event',
      () => ({ logout_token: token({ sub: 'victim', events: { 'https://x.example': {} } }) }),
    ],
    [
      'an event that is no object',
      () => ({ logout_token: token({ sub: 'victim', events: { [EVENT]: true } }) }),
    ],
    ['a nonce', () => ({ logout_token: token({ sub: 'victim', nonce: 'n' }) })],
    ['neither subject nor session', () => ({ logout_token: token({}) })],
    ['no jti', () => ({ logout_token: token({ sub: 'victim', jti: undefined }) })],
    ['no time', () => ({ logout_token: token({ sub: 'victim', iat: undefined }) })],
    [
      'an old time',
      () => ({ logout_token: token({ sub: 'victim', iat: now() - 13 * 60, exp: now() + 60 }) }),
    ],
    ['an end that has passed', () => ({ logout_token: token({ sub: 'victim', exp: now() - 121 }) })],
    ['a time that has not come', () => ({ logout_token: token({ sub: 'victim', iat: now() + 180 }) })],
    ['a subject that is no text', () => ({ logout_token: token({ sub: { like: '%' } }) })],
  ];
  it.each(FORGERIES)('abuse 22: a message with %s ends nothing', async (_what, forge) => {
    const browser = await signedIn('victim', 'v');
    const answer = await tell(forge());
    expect([answer.statusCode, answer.json().error, await home(browser)]).toEqual([
      400,
      'invalid_request',
      200,
    ]);
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  it('abuse 22: a token is taken once', async () => {
    const said = token({ sub: 'again' });
    await signedIn('again');
    expect((await tell({ logout_token: said })).statusCode).toBe(200);
    const back = await signedIn('again');
    expect([(await tell({ logout_token: said })).statusCode, await home(back)]).toEqual([400, 200]);
  });

  it('abuse 22: a provider ends nothing of another connection, and nothing of another organization', async () => {
    const here = await signedIn('namesake', 'same');
    const there = await signedIn('namesake-there', 'same', other, otherId);
    const claims = claimsFor({ iss: other.issuer, sid: 'same' });
    expect((await tell({ logout_token: signedToken(other.privateKey, claims) })).statusCode).toBe(200);
    expect([await home(here), await home(there)]).toEqual([200, 303]);
    const subject = claimsFor({ iss: other.issuer, sub: 'namesake' });
    expect((await tell({ logout_token: signedToken(other.privateKey, subject) })).statusCode).toBe(200);
    const stranger = await product.organization();
    const elsewhere = await tell({ logout_token: token({ sub: 'namesake' }) }, { slug: stranger.slug });
    await connect(provider, stranger);
    const connected = await tell({ logout_token: token({ sub: 'namesake' }) }, { slug: stranger.slug });
    expect([elsewhere.statusCode, connected.statusCode, await home(here)]).toEqual([400, 200, 200]);
  });

  it('unknown keys make nobody ask the provider in a loop, and guessing is slowed down for the one who guesses', async () => {
    const before = provider.keysRead;
    const statuses: number[] = [];
    for (let n = 0; n < 32; n += 1) {
      const answer = await tell(
        { logout_token: token({ sub: 'x' }, { kid: `guess-${n}` }) },
        { address: '203.0.113.9' },
      );
      statuses.push(answer.statusCode);
    }
    expect([new Set(statuses.slice(0, 30)), new Set(statuses.slice(30))]).toEqual([
      new Set([400]),
      new Set([429]),
    ]);
    expect(provider.keysRead - before).toBeLessThanOrEqual(2);
    expect((await tell({ logout_token: token({ sub: 'x' }) })).statusCode).toBe(200);
  });

  it('a real provider signs somebody out', async () => {
    const answers: number[] = [];
    const relay = createServer(async (request, answer) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      const { statusCode } = await tell(body);
      answers.push(statusCode);
      answer.writeHead(statusCode).end();
    });
    relay.unref();
    await new Promise<void>((done) => relay.listen(0, '127.0.0.1', done));
    const real = await startOidcServer(
      `http://127.0.0.1:4000/signin/${organization.slug}/oidc`,
      undefined,
      `http://127.0.0.1:${(relay.address() as AddressInfo).port}/`,
    );
    closing.push(real.close, async () => relay.closeAllConnections());
    const id = await connectSso(withOutside(organization.context), {
      oidc: { issuer: real.issuer, ...CLIENT },
    });
    real.account = { sub: 'open', claims: { email: 'open@p.example', email_verified: true } };
    const browser = new Browser(product);
    const started = await browser.send('GET', `/signin/${organization.slug}/start/${id}`);
    await browser.send('GET', (await real.visit(String(started.headers.location))).href);
    const [row] = await product.sql<{ sid: string }>(
      'select provider_session as sid from sessions order by id desc limit 1',
    );
    expect(await home(browser)).toBe(200);
    await real.signOut('open', row?.sid ?? '');
    expect([answers, await home(browser)]).toEqual([[200], 303]);
  });
});
