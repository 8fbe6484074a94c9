import { createVerify, randomUUID, X509Certificate } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { connectSso } from '../../src/access/connect-sso.js';
import { updateSso } from '../../src/access/update-sso.js';
import { redirectUrl } from '../../src/signin/saml-redirect.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';
import { Browser, IDP, postResponse, samlUrl, startSaml, withOutside } from './browser.js';
import { makeSigningKey } from './certificate.js';
import { CLIENT, type OidcServer, startOidcServer } from './oidc-server.js';
import { goodResponse, providerMetadata } from './saml-provider.js';

const key = makeSigningKey();
const strange = makeSigningKey();
const SLO = 'https://idp.test.example/slo?realm=1&x=2';
const SAME_ORIGIN = { origin: 'http://127.0.0.1:4000' };
const SUCCESS = 'urn:oasis:names:tc:SAML:2.0:status:Success';

let product: TestProduct;
let organization: TestOrganization;
let connectionId: string;
let oidc: OidcServer;

const withLogout = (metadata: string) =>
  metadata.replace(
    '<md:SingleSignOnService',
    `<md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="${SLO.replace('&', '&amp;')}"/><md:SingleSignOnService`,
  );

beforeAll(async () => {
  product = await startProduct({ allowPrivateProviders: true });
  organization = await product.organization();
  connectionId = await connectSso(withOutside(organization.context), {
    saml: { metadata: withLogout(providerMetadata(IDP, 'https://idp.test.example/sso', key)) },
    name: 'Acme login',
  });
  oidc = await startOidcServer(
    `http://127.0.0.1:4000/signin/${organization.slug}/oidc`,
    `http://127.0.0.1:4000/signin/${organization.slug}/out`,
  );
});
afterAll(async () => {
  await oidc.close();
  await product.close();
});

const indexed = (index: string) =>
  `<saml:AuthnStatement AuthnInstant="${new Date().toISOString()}" SessionIndex="${index}"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>`;

async function signedIn(subject: string, index: string): Promise<Browser> {
  const browser = new Browser(product);
  const { said, relayState } = await startSaml(browser, organization, connectionId);
  const nameId = `<saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent" NameQualifier="q">${subject}</saml:NameID>`;
  const attributes = { email: `${subject}@p.example` };
  const xml = goodResponse({ ...said, subject, nameId, attributes, authnStatement: indexed(index) }, key);
  await postResponse(browser, organization, xml, relayState);
  if (browser.session === undefined) throw new Error(`${subject} was not signed in.`);
  return browser;
}
const home = async (browser: Browser) =>
  (await browser.send('GET', `/signin/${organization.slug}/home`)).statusCode;
const out = (browser: Browser, headers: Record<string, string> = SAME_ORIGIN) =>
  browser.send('POST', `/signin/${organization.slug}/out`, { form: {}, headers });
const inflate = (base64: string | null) => inflateRawSync(Buffer.from(base64 ?? '', 'base64')).toString();

const logoutUrl = () => `${samlUrl(organization)}/logout`;
interface Asked {
  subject: string;
  indexes?: string[];
  issuer?: string;
  destination?: string;
  issued?: number;
  until?: number;
  id?: string;
  more?: string;
  nameId?: string;
}
const requestXml = (asked: Asked) =>
  `<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="${asked.id ?? `_${randomUUID()}`}" Version="2.0" IssueInstant="${new Date(Date.now() + (asked.issued ?? 0) * 60_000).toISOString()}" Destination="${asked.destination ?? logoutUrl()}"${asked.until === undefined ? '' : ` NotOnOrAfter="${new Date(Date.now() + asked.until * 60_000).toISOString()}"`}><saml:Issuer>${asked.issuer ?? IDP}</saml:Issuer>${asked.nameId ?? `<saml:NameID>${asked.subject}</saml:NameID>`}${(asked.indexes ?? []).map((one) => `<samlp:SessionIndex>${one}</samlp:SessionIndex>`).join('')}${asked.more ?? ''}</samlp:LogoutRequest>`;
const signedUrl = (xml: string, privateKey = key.privateKey, relayState?: string) =>
  redirectUrl(logoutUrl(), { name: 'SAMLRequest', xml, relayState, privateKey });
const tell = (url: string) => new Browser(product).send('GET', url);

describe('SAML single logout', () => {
  it('our metadata lists the service and the key that signs what we say', async () => {
    const [one, two] = await Promise.all([1, 2].map(() => tell(samlUrl(organization))));
    expect(one?.body).toContain(
      `<SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="${logoutUrl()}"/>`,
    );
    expect(two?.body).toBe(one?.body);
    const [, base64 = ''] = /<ds:X509Certificate>([^<]+)</.exec(one?.body ?? '') ?? [];
    const certificate = new X509Certificate(Buffer.from(base64, 'base64'));
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    const rows = await product.sql<{ text: string }>('select s::text as text from saml_keys s');
    expect(rows).toHaveLength(1);
    expect(rows[0]?.text).not.toContain('PRIVATE KEY');
  });

  it('signing out here ends the session first and sends a signed LogoutRequest with the subject and its session', async () => {
    const browser = await signedIn('leaver', 'index-7');
    const answer = await out(browser);
    expect([answer.statusCode, browser.session, answer.body.includes('Acme login')]).toEqual([
      200,
      undefined,
      true,
    ]);
    const [ended] = await product.sql(`select ended_because from sessions order by id desc limit 1`);
    expect(ended).toEqual({ ended_because: 'signed out' });
    const url = new URL(String(answer.headers.refresh).replace('0; url=', ''));
    expect(`${url.origin}${url.pathname}`).toBe('https://idp.test.example/slo');
    expect([url.searchParams.get('realm'), url.searchParams.get('x')]).toEqual(['1', '2']);
    const xml = inflate(url.searchParams.get('SAMLRequest'));
    expect(xml).toContain(
      '<saml:NameID NameQualifier="q" Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">leaver</saml:NameID><samlp:SessionIndex>index-7</samlp:SessionIndex>',
    );
    const [signed = '', signature = ''] = url.search
      .slice(url.search.indexOf('SAMLRequest='))
      .split('&Signature=');
    const { body } = await tell(samlUrl(organization));
    const [, base64 = ''] = /<ds:X509Certificate>([^<]+)</.exec(body) ?? [];
    const { publicKey } = new X509Certificate(Buffer.from(base64, 'base64'));
    expect(
      createVerify('sha256').update(signed).verify(publicKey, decodeURIComponent(signature), 'base64'),
    ).toBe(true);
    expect(await home(browser)).toBe(303);
  });

  it('says what became of it there, as far as a signed answer says so', async () => {
    const response = (status: string) =>
      `<samlp:LogoutResponse xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_r" Version="2.0" IssueInstant="${new Date().toISOString()}" Destination="${logoutUrl()}"><saml:Issuer>${IDP}</saml:Issuer><samlp:Status><samlp:StatusCode Value="${status}"/></samlp:Status></samlp:LogoutResponse>`;
    const url = (status: string, { privateKey } = key) =>
      redirectUrl(logoutUrl(), { name: 'SAMLResponse', xml: response(status), privateKey });
    expect((await tell(url(SUCCESS))).body).toContain('You are signed out.');
    expect((await tell(url('urn:oasis:names:tc:SAML:2.0:status:Responder'))).body).toContain(
      'did not confirm',
    );
    expect((await tell(url(SUCCESS, strange))).statusCode).toBe(400);
  });

  it('a provider ends the session it names, or all of a subject, and gets a signed answer', async () => {
    const [one, two, other] = [
      await signedIn('both', 'a'),
      await signedIn('both', 'b'),
      await signedIn('bystander', 'a'),
    ];
    const answer = await tell(
      signedUrl(
        requestXml({ subject: 'both', indexes: ['a'], id: '_first', until: 5 }),
        key.privateKey,
        'state & more',
      ),
    );
    expect([await home(one), await home(two), await home(other)]).toEqual([303, 200, 200]);
    const url = new URL(String(answer.headers.location));
    expect([answer.statusCode, url.searchParams.get('RelayState')]).toEqual([303, 'state & more']);
    expect(inflate(url.searchParams.get('SAMLResponse'))).toMatch(/InResponseTo="_first".*status:Success/);
    await tell(signedUrl(requestXml({ subject: 'both' })));
    expect([await home(two), await home(other)]).toEqual([303, 200]);
    const ended = await product.sql(
      `select count(*)::int from sessions where ended_because = 'signed out at the provider'`,
    );
    expect(ended).toEqual([{ count: 2 }]);
  });

  const FORGERIES: [string, (subject: string) => string][] = [
    ['is signed by nobody', (subject) => signedUrl(requestXml({ subject })).split('&SigAlg')[0] ?? ''],
    ['is signed by another key', (subject) => signedUrl(requestXml({ subject }), strange.privateKey)],
    [
      'names SHA-1',
      (subject) =>
        signedUrl(requestXml({ subject })).replace(
          /SigAlg=[^&]+/,
          `SigAlg=${encodeURIComponent('http://www.w3.org/2000/09/xmldsig#rsa-sha1')}`,
        ),
    ],
    [
      'was changed after it was signed',
      (subject) => signedUrl(requestXml({ subject })).replace('SAMLRequest=', 'SAMLRequest=A'),
    ],
    [
      'got a RelayState after it was signed',
      (subject) => signedUrl(requestXml({ subject })).replace('&SigAlg', '&RelayState=x&SigAlg'),
    ],
    [
      'holds two messages',
      (subject) =>
        `${signedUrl(requestXml({ subject }))}&SAMLRequest=${encodeURIComponent(deflateRawSync(requestXml({ subject: 'x' })).toString('base64'))}`,
    ],
    [
      'is by another issuer',
      (subject) => signedUrl(requestXml({ subject, issuer: 'https://other.example' })),
    ],
    [
      'is for another place',
      (subject) => signedUrl(requestXml({ subject, destination: 'https://other.example/slo' })),
    ],
    ['is too old', (subject) => signedUrl(requestXml({ subject, issued: -13 }))],
    ['has ended', (subject) => signedUrl(requestXml({ subject, until: -3 }))],
    ['is from the future', (subject) => signedUrl(requestXml({ subject, issued: 3 }))],
    ['carries a DOCTYPE', (subject) => signedUrl(`<!DOCTYPE x>${requestXml({ subject })}`)],
    [
      'has a comment in its NameID',
      (subject) =>
        signedUrl(requestXml({ subject, nameId: `<saml:NameID>${subject}<!-- -->.evil</saml:NameID>` })),
    ],
    [
      'has two subjects',
      (subject) => signedUrl(requestXml({ subject, more: '<saml:NameID>another</saml:NameID>' })),
    ],
    ['is a bomb', (subject) => signedUrl(requestXml({ subject, more: ' '.repeat(200_000) }))],
  ];
  it.each(FORGERIES)('abuse 21: a LogoutRequest that %s ends nothing', async (_what, forge) => {
    const browser = await signedIn('victim', 'v');
    const answer = await tell(forge('victim'));
    expect([answer.statusCode, await home(browser)]).toEqual([400, 200]);
  });

  it('abuse 21: a LogoutRequest is taken once, and only by the organization it is for', async () => {
    const url = signedUrl(requestXml({ subject: 'again' }));
    await signedIn('again', '1');
    expect((await tell(url)).statusCode).toBe(303);
    const back = await signedIn('again', '2');
    expect([(await tell(url)).statusCode, await home(back)]).toEqual([400, 200]);
    const other = await product.organization();
    await connectSso(withOutside(other.context), {
      saml: { metadata: withLogout(providerMetadata(IDP, 'https://idp.test.example/sso', key)) },
    });
    const elsewhere = signedUrl(requestXml({ subject: 'again' })).replace(organization.slug, other.slug);
    expect([(await tell(elsewhere)).statusCode, await home(back)]).toEqual([400, 200]);
  });

  it('without a logout service of the provider the session ends here, and that is all', async () => {
    await updateSso(withOutside(organization.context), {
      id: connectionId,
      saml: { metadata: providerMetadata(IDP, 'https://idp.test.example/sso', key) },
    });
    const answer = await out(await signedIn('simple', '1'));
    expect([answer.statusCode, answer.headers.refresh]).toEqual([200, undefined]);
    expect(answer.body).toContain('You are signed out.');
  });
});

describe('OIDC logout', () => {
  it('goes to the provider with the ID token, which leads back to the page that says so', async () => {
    const id = await connectSso(withOutside(organization.context), {
      oidc: { issuer: oidc.issuer, ...CLIENT },
      name: 'Open login',
    });
    oidc.account = { sub: 'open', claims: { email: 'open@p.example', email_verified: true } };
    const browser = new Browser(product);
    const started = await browser.send('GET', `/signin/${organization.slug}/start/${id}`);
    const back = await oidc.visit(String(started.headers.location));
    await browser.send('GET', back.href);
    const row = await product.sql<{ text: string }>(
      'select s::text as text from sessions s order by id desc limit 1',
    );
    expect(row[0]?.text).not.toContain('eyJ');
    const answer = await out(browser);
    const url = new URL(String(answer.headers.refresh).replace('0; url=', ''));
    expect(url.origin).toBe(oidc.issuer);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      id_token_hint: expect.stringMatching(/^eyJ[\w-]+\.[\w-]+\.[\w-]+$/),
      client_id: CLIENT.clientId,
      post_logout_redirect_uri: `http://127.0.0.1:4000/signin/${organization.slug}/out`,
    });
    const asked = await fetch(url, { redirect: 'manual' });
    expect(asked.status).toBe(200);
    expect((await browser.send('GET', `/signin/${organization.slug}/out`)).body).toContain(
      'You are signed out.',
    );
    expect(await home(browser)).toBe(303);
  });

  it('abuse 13: another site signs nobody out, and the page tells nobody that they are who are not', async () => {
    const browser = await signedIn('stays', '1');
    const foreign = await out(browser, { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' });
    expect([foreign.statusCode, await home(browser)]).toEqual([403, 200]);
    const page = await browser.send('GET', `/signin/${organization.slug}/out`);
    expect([page.statusCode, page.headers.location]).toEqual([303, `/signin/${organization.slug}/home`]);
  });
});
