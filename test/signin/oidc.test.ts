import { connectSso } from '../../src/access/connect-sso.js';
import { resealSecrets } from '../../src/access/reseal-secrets.js';
import { samlKeyPlace } from '../../src/access/saml-key.js';
import { seal, unseal } from '../../src/access/sealed.js';
import { clientSecretPlace } from '../../src/access/sso/settings.js';
import { updateSso } from '../../src/access/update-sso.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';
import { Browser, withOutside } from './browser.js';
import { CLIENT, type OidcServer, startOidcServer } from './oidc-server.js';

let product: TestProduct;
let organization: TestOrganization;
let server: OidcServer;
let connectionId: string;

beforeAll(async () => {
  product = await startProduct({ workers: true, allowPrivateProviders: true });
  organization = await product.organization();
  server = await startOidcServer(`http://127.0.0.1:4000/signin/${organization.slug}/oidc`);
  connectionId = await connectSso(withOutside(organization.context), {
    oidc: { issuer: server.issuer, ...CLIENT },
  });
  server.account = {
    sub: 'oidc-subject',
    claims: { email: 'oidc@people.example', given_name: 'Olga', family_name: 'Idc' },
  };
});
afterAll(async () => {
  await server.close();
  await product.close();
});

const start = async (browser: Browser, to = ''): Promise<URL> => {
  const query = to === '' ? '' : `?to=${encodeURIComponent(to)}`;
  const answer = await browser.send('GET', `/signin/${organization.slug}/start/${connectionId}${query}`);
  return new URL(String(answer.headers.location));
};
const lastAttempt = async () =>
  (
    await product.sql<{ reason: string | null; detail: string | null }>(
      'select reason, detail from sign_in_attempts order by id desc limit 1',
    )
  )[0];
const countSessions = async () =>
  Number((await product.sql<{ count: string }>('select count(*) from sessions'))[0]?.count);

describe('OIDC sign-in', () => {
  it('asks with PKCE, state and nonce, and signs in whom the provider names (B37)', async () => {
    const browser = new Browser(product);
    const url = await start(browser, '/reports');
    expect(url.searchParams.get('code_challenge_method')).toBe('S256');
    for (const name of ['state', 'nonce', 'code_challenge']) {
      expect(url.searchParams.get(name)?.length).toBeGreaterThanOrEqual(43);
    }
    const back = await server.visit(url.href);
    const answer = await browser.send('GET', back.href);
    expect([await lastAttempt(), answer.statusCode, answer.headers.location]).toEqual([
      { reason: null, detail: null },
      303,
      '/reports',
    ]);
    const home = await browser.send('GET', `/signin/${organization.slug}/home`);
    expect(home.body).toContain('You are signed in as Olga Idc.');
    const [identity] = await product.sql('select subject from identities where connection_id = $1', [
      connectionId,
    ]);
    expect(identity).toEqual({ subject: 'oidc-subject' });
  });

  it('abuse 22: mix-ups open no session: state, code, nonce, iss, browser, organization, replay and downgrades', async () => {
    const before = await countSessions();
    const other = await product.organization();
    const cases: [string, (back: URL, browser: Browser) => Promise<{ statusCode: number }>][] = [];
    const altered = (name: string, change: (query: URLSearchParams) => void) =>
      cases.push([
        name,
        (back, browser) => {
          change(back.searchParams);
          return browser.send('GET', back.href);
        },
      ]);
    altered('no state', (query) => query.delete('state'));
    altered('an empty state', (query) => query.set('state', ''));
    altered('another state', (query) => query.set('state', 'x'.repeat(43)));
    altered('two states', (query) => query.append('state', 'x'));
    altered('the state of nobody', (query) => query.set('state', connectionId));
    altered('no code', (query) => query.delete('code'));
    altered('another code', (query) => query.set('code', 'x'.repeat(43)));
    altered('two codes', (query) => query.append('code', 'x'));
    altered('another iss', (query) => query.set('iss', 'https://evil.example'));
    altered('an iss with a slash more', (query) => query.set('iss', `${server.issuer}/`));
    altered('two iss', (query) => query.append('iss', server.issuer));
    altered('no iss where the provider promises one', (query) => query.delete('iss'));
    altered('an error beside a code', (query) => query.set('error', 'access_denied'));
    altered('an ID token in the address', (query) => query.set('response', 'x'));
    altered('an answer of 9,000 characters', (query) => query.set('x', 'y'.repeat(9_000)));
    cases.push(['another browser', (back) => new Browser(product).send('GET', back.href)]);
    cases.push([
      'a browser with a sign-in of its own under way',
      async (back) => {
        const thief = new Browser(product);
        await start(thief);
        return thief.send('GET', back.href);
      },
    ]);
    cases.push([
      'another organization',
      (back, browser) => browser.send('GET', back.href.replace(organization.slug, other.slug)),
    ]);
    cases.push([
      'the code of another sign-in of the same browser',
      async (back, browser) => {
        const second = await server.visit((await start(browser)).href);
        back.searchParams.set('code', second.searchParams.get('code') ?? '');
        return browser.send('GET', back.href);
      },
    ]);
    cases.push([
      'a sign-in that took too long',
      async (back, browser) => {
        await product.sql(`update sign_in_requests set expires_at = now() - interval '1 second'`);
        return browser.send('GET', back.href);
      },
    ]);
    cases.push([
      'a connection that was disabled meanwhile',
      async (back, browser) => {
        await product.sql(`update sso_connections set status = 'disabled' where id = $1`, [connectionId]);
        const answer = await browser.send('GET', back.href);
        await product.sql(`update sso_connections set status = 'active' where id = $1`, [connectionId]);
        return answer;
      },
    ]);
    const accepted: string[] = [];
    for (const [name, send] of cases) {
      const browser = new Browser(product);
      const back = await server.visit((await start(browser)).href);
      const { statusCode } = await send(back, browser);
      if (statusCode < 400 || browser.session !== undefined) accepted.push(`${name}: ${statusCode}`);
    }
    // A parameter nobody knows is ignored (RFC 6749 section 4.1.2).
    expect(accepted).toEqual([]);
    expect(cases.length).toBeGreaterThanOrEqual(20);
    expect(await countSessions()).toBe(before);
  }, 60_000);

  it('abuse 22: an answer is good once', async () => {
    const browser = new Browser(product);
    const back = await server.visit((await start(browser)).href);
    expect((await browser.send('GET', back.href)).statusCode).toBe(303);
    expect((await browser.send('GET', back.href)).statusCode).toBe(403);
    expect((await lastAttempt())?.reason).toBe('unknown_request');
  });

  it('abuse 3: an address the provider itself has not verified creates nobody and takes no invitation', async () => {
    server.account = {
      sub: 'unverified',
      claims: { email: 'boss@people.example', email_verified: false, given_name: 'Un' },
    };
    const browser = new Browser(product);
    const back = await server.visit((await start(browser)).href);
    expect((await browser.send('GET', back.href)).statusCode).toBe(403);
    expect((await lastAttempt())?.reason).toBe('email_missing');
  });

  it('shows a tester the claims and whom they would meet, and signs nobody in', async () => {
    const before = await countSessions();
    server.account = { sub: 'oidc-subject', claims: { email: 'oidc@people.example', given_name: 'Olga' } };
    const asked = await organization.graphql('query ($id: ID!) { ssoTestUrl(connectionId: $id) }', {
      id: connectionId,
    });
    const browser = new Browser(product);
    const started = await browser.send('GET', asked.body.data.ssoTestUrl);
    const page = await browser.send('GET', (await server.visit(String(started.headers.location))).href);
    expect(page.statusCode).toBe(200);
    expect(page.body).toContain('Every check passed. It meets the person');
    expect(page.body).toContain('oidc@people.example');
    const failing = await browser.send('GET', asked.body.data.ssoTestUrl);
    const back = await server.visit(String(failing.headers.location));
    back.searchParams.set('iss', 'https://evil.example');
    const failed = await browser.send('GET', back.href);
    expect(failed.body).toContain('Failed check &#39;token&#39;');
    expect(browser.session).toBeUndefined();
    expect(await countSessions()).toBe(before);
  });

  it('keeps the client secret sealed and never shows it', async () => {
    const [row] = await product.sql<{ settings: unknown; sealed_secret: Buffer }>(
      'select settings, sealed_secret from sso_connections where id = $1',
      [connectionId],
    );
    expect(JSON.stringify(row?.settings)).not.toContain(CLIENT.clientSecret);
    expect(row?.sealed_secret.includes(CLIENT.clientSecret)).toBe(false);
  });

  it('seals the client secret anew when the connection is saved under a new root key (R8)', async () => {
    const { context, id } = organization;
    const place = clientSecretPlace(id, connectionId);
    const old = { secretKey: 'the root key of last year, 40 characters', previousSecretKeys: [] };
    await product.sql('update sso_connections set sealed_secret = $2 where id = $1', [
      connectionId,
      seal(old, place, CLIENT.clientSecret),
    ]);
    const database = Object.create(product.database, { previousSecretKeys: { value: [old.secretKey] } });
    await updateSso({ ...context, database }, { id: connectionId });
    const [row] = await product.sql<{ sealed_secret: Buffer }>(
      'select sealed_secret from sso_connections where id = $1',
      [connectionId],
    );
    expect(unseal(product.database, place, row?.sealed_secret ?? Buffer.alloc(0))).toBe(CLIENT.clientSecret);
  });

  it('resealSecrets seals everything under the new root key, once (R8)', async () => {
    const { context, id } = organization;
    const old = { secretKey: 'the root key of last year, 40 characters', previousSecretKeys: [] };
    const [place, keyPlace] = [clientSecretPlace(id, connectionId), samlKeyPlace(id)];
    await product.sql('update sso_connections set sealed_secret = $2 where id = $1', [
      connectionId,
      seal(old, place, CLIENT.clientSecret),
    ]);
    await product.sql(
      'insert into saml_keys (organization_id, certificate, sealed_key) values ($1, $2, $3)',
      [id, 'certificate', seal(old, keyPlace, 'private key')],
    );
    const database = Object.create(product.database, { previousSecretKeys: { value: [old.secretKey] } });
    expect((await resealSecrets({ ...context, database }, {})).count).toBe(2);
    const [row] = await product.sql<{ secret: Buffer; key: Buffer }>(
      `select sealed_secret as secret, sealed_key as key from sso_connections c
       join saml_keys k on k.organization_id = c.organization_id where c.id = $1`,
      [connectionId],
    );
    expect(unseal(product.database, place, row?.secret ?? Buffer.alloc(0))).toBe(CLIENT.clientSecret);
    expect(unseal(product.database, keyPlace, row?.key ?? Buffer.alloc(0))).toBe('private key');
    expect((await resealSecrets(context, {})).count).toBe(0);
  });

  it.each([
    [
      'an issuer that spells itself differently',
      () => `${server.issuer}/`,
      'exactly as the provider spells it',
    ],
    ['an address with no discovery document', () => `${server.issuer}/nothing`, 'status 404'],
  ])('connectSso refuses %s', async (_what, issuer, message) => {
    await expect(
      connectSso(withOutside(organization.context), { oidc: { issuer: issuer(), ...CLIENT } }),
    ).rejects.toThrow(message);
  });
});
