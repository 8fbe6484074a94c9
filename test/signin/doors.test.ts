import { networkOf } from '../../src/kernel/client-network.js';
import { updateOrganization } from '../../src/organizations/update-organization.js';
import { languageOf } from '../../src/signin/language.js';
import { startProduct, type TestProduct } from '../support/product.js';
import { openOrganization, visit } from './pages.js';

let product: TestProduct;

beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.close());

describe('the pages', () => {
  it('have no script, take nothing from elsewhere, are kept nowhere and are escaped', async () => {
    const { organization } = await openOrganization(product);
    await updateOrganization(organization.context, { name: '<script>alert(1)</script> & "Sons"' });
    const { status, body, headers } = await visit(product, `/signin/${organization.slug}`);
    expect(status).toBe(200);
    expect(body).not.toContain('<script');
    expect(body).toContain('&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;Sons&quot;');
    expect(headers['content-security-policy']).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/=]+'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'$/,
    );
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'same-origin' });
  });

  it.each([
    ['de-CH, en;q=0.5', 'Um Zugang bitten'],
    ['fr, ko;q=0.3', '이용 신청'],
    ['fr', 'Ask for access'],
  ])('speak %s', async (language, words) => {
    const { organization } = await openOrganization(product);
    const headers = { 'accept-language': language };
    expect((await visit(product, `/signin/${organization.slug}`, undefined, { headers })).body).toContain(
      words,
    );
  });

  it('without an approved domain there is no form; of an unknown organization there is nothing', async () => {
    const organization = await product.organization();
    expect((await visit(product, `/signin/${organization.slug}`)).body).not.toContain('<form');
    for (const path of ['/signin/nobody', '/signin/%00', '/signin', '/signin/a/b/c']) {
      expect((await visit(product, path)).status).toBe(404);
    }
    const headers = { host: `${organization.slug}.localhost:4000` };
    expect((await visit(product, `/signin/${organization.slug}`, undefined, { headers })).status).toBe(200);
    const other = await product.organization();
    expect((await visit(product, `/signin/${other.slug}`, undefined, { headers })).status).toBe(404);
  });
});

describe('abuse 13: forms are taken from pages of this host only', () => {
  const HOST = { host: '127.0.0.1:4000', 'content-type': 'application/x-www-form-urlencoded' };
  it.each([
    ['another origin', { origin: 'https://evil.example' }, 403],
    ['no origin at all', {}, 403],
    ['an opaque origin', { origin: 'null' }, 403],
    ['the same host on another port', { origin: 'http://127.0.0.1:4001' }, 403],
    [
      'a browser that says cross-site',
      { origin: 'http://127.0.0.1:4000', 'sec-fetch-site': 'cross-site' },
      403,
    ],
    ['a browser that says same-site', { 'sec-fetch-site': 'same-site' }, 403],
    ['a browser that says same-origin', { 'sec-fetch-site': 'same-origin' }, 200],
  ])('%s', async (_what, headers, status) => {
    const { organization, domain } = await openOrganization(product);
    const answer = await product.app.inject({
      method: 'POST',
      url: `/signin/${organization.slug}`,
      headers: { ...HOST, ...headers } as Record<string, string>,
      payload: `email=ada%40${domain}`,
    });
    expect(answer.statusCode).toBe(status);
  });

  it.each([
    ['application/json', '{"email":"ada@acme.example"}', 415],
    ['text/plain', 'email=ada@acme.example', 415],
    ['multipart/form-data; boundary=x', '--x--', 415],
    ['application/x-www-form-urlencoded', `email=${'x'.repeat(20_000)}`, 413],
    ['application/x-www-form-urlencoded', 'email=a@b.example&email=c@d.example', 400],
    ['application/x-www-form-urlencoded', '__proto__=x&constructor=y', 400],
    ['application/x-www-form-urlencoded', 'email=%00%ff', 400],
  ])('%s %#', async (type, payload, status) => {
    const { organization } = await openOrganization(product);
    const answer = await product.app.inject({
      method: 'POST',
      url: `/signin/${organization.slug}`,
      headers: { ...HOST, origin: 'http://127.0.0.1:4000', 'content-type': type },
      payload,
    });
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([status, 'text/html; charset=utf-8']);
  });
});

it.each([
  ['203.0.113.9', '203.0.113.9'],
  ['::ffff:203.0.113.9', '203.0.113.9'],
  ['2001:DB8::1', '2001:db8:0:0::/64'],
  ['2001:db8:0:0:1::', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
])('the client %s counts as %s', (client, network) => {
  expect(networkOf(client)).toBe(network);
});

it.each([
  [undefined, 'ko'],
  ['', 'ko'],
  ['*', 'ko'],
  ['de;q=0, en;q=0.1', 'en'],
  ['en-GB;q=0.4,de-AT;q=0.9', 'de'],
])('the header %s asks for %s', (header, language) => {
  expect(languageOf(header, 'ko')).toBe(language);
});
