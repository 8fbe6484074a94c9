import { randomUUID } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import { SignedXml } from 'xml-crypto';
import { connectSso } from '../../src/access/connect-sso.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';
import { Browser, IDP, postResponse, samlUrl, startSaml, withOutside } from './browser.js';
import { makeSigningKey } from './certificate.js';
import { goodResponse, providerMetadata } from './saml-provider.js';

const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const ENVELOPED = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature';
const RSA_SHA256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';
const SHA256 = 'http://www.w3.org/2001/04/xmlenc#sha256';
const key = makeSigningKey();
const strange = makeSigningKey();

let product: TestProduct;
let organization: TestOrganization;
let connectionId: string;

beforeAll(async () => {
  product = await startProduct();
  organization = await product.organization();
  const metadata = providerMetadata(IDP, 'https://idp.test.example/sso', key).replace(
    '<md:SingleSignOnService',
    '<md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.test.example/slo"/><md:SingleSignOnService',
  );
  connectionId = await connectSso(withOutside(organization.context), { saml: { metadata } });
});
afterAll(() => product.close());

const logoutUrl = () => `${samlUrl(organization)}/logout`;

async function signedIn(subject: string): Promise<Browser> {
  const browser = new Browser(product);
  const { said, relayState } = await startSaml(browser, organization, connectionId);
  const xml = goodResponse({ ...said, subject, attributes: { email: `${subject}@p.example` } }, key);
  await postResponse(browser, organization, xml, relayState);
  if (browser.session === undefined) throw new Error(`${subject} was not signed in.`);
  return browser;
}
const home = async (browser: Browser) =>
  (await browser.send('GET', `/signin/${organization.slug}/home`)).statusCode;

const requestXml = (
  subject: string,
  { id = `_${randomUUID()}`, destination = logoutUrl(), issued = 0 } = {},
) =>
  `<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="${id}" Version="2.0" IssueInstant="${new Date(Date.now() + issued * 60_000).toISOString()}" Destination="${destination}"><saml:Issuer>${IDP}</saml:Issuer><saml:NameID>${subject}</saml:NameID></samlp:LogoutRequest>`;

/** Signs the whole message, with the signature after the issuer, as SAML has it. */
function signed(
  xml: string,
  { by = key, algorithm = RSA_SHA256, digest = SHA256, of = '/*', transforms = [ENVELOPED, EXCLUSIVE] } = {},
): string {
  const signer = new SignedXml({
    privateKey: by.privateKey,
    signatureAlgorithm: algorithm,
    canonicalizationAlgorithm: EXCLUSIVE,
    getKeyInfoContent: () =>
      `<ds:X509Data><ds:X509Certificate>${by.base64}</ds:X509Certificate></ds:X509Data>`,
  });
  signer.addReference({ xpath: of, transforms, digestAlgorithm: digest });
  signer.computeSignature(xml, {
    prefix: 'ds',
    location: { reference: "/*/*[local-name(.)='Issuer']", action: 'after' },
  });
  return signer.getSignedXml();
}

const post = (xml: string, more: Record<string, string> = {}, name = 'SAMLRequest') =>
  new Browser(product).send('POST', logoutUrl(), {
    form: { [name]: Buffer.from(xml).toString('base64'), ...more },
    headers: { origin: 'https://idp.test.example', 'sec-fetch-site': 'cross-site' },
  });

describe('SAML single logout by HTTP-POST', () => {
  it('is in our metadata beside HTTP-Redirect', async () => {
    const { body } = await new Browser(product).send('GET', samlUrl(organization));
    for (const binding of ['HTTP-Redirect', 'HTTP-POST']) {
      expect(body).toContain(
        `<SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:${binding}" Location="${logoutUrl()}"/>`,
      );
    }
  });

  it('ends the sessions of the subject and answers with a signed LogoutResponse', async () => {
    const [leaver, bystander] = [await signedIn('leaver'), await signedIn('bystander')];
    const answer = await post(signed(requestXml('leaver', { id: '_one' })), { RelayState: 'state & more' });
    const url = new URL(String(answer.headers.location));
    expect([answer.statusCode, url.searchParams.get('RelayState')]).toEqual([303, 'state & more']);
    const response = Buffer.from(url.searchParams.get('SAMLResponse') ?? '', 'base64');
    expect(inflateRawSync(response).toString()).toMatch(/InResponseTo="_one".*status:Success/);
    expect([await home(leaver), await home(bystander)]).toEqual([303, 200]);
  });

  it('hears what became of a logout that began here', async () => {
    const xml = `<samlp:LogoutResponse xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_r" Version="2.0" IssueInstant="${new Date().toISOString()}" Destination="${logoutUrl()}"><saml:Issuer>${IDP}</saml:Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status></samlp:LogoutResponse>`;
    expect((await post(signed(xml), {}, 'SAMLResponse')).body).toContain('You are signed out.');
    expect((await post(xml, {}, 'SAMLResponse')).statusCode).toBe(400);
  });

  const FORGERIES: [string, () => string][] = [
    ['is signed by nobody', () => requestXml('victim')],
    ['is signed by another key, which it shows', () => signed(requestXml('victim'), { by: strange })],
    [
      'is signed with SHA-1',
      () => signed(requestXml('victim'), { algorithm: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1' }),
    ],
    [
      'has a digest of SHA-1',
      () => signed(requestXml('victim'), { digest: 'http://www.w3.org/2000/09/xmldsig#sha1' }),
    ],
    ['is signed in a part only', () => signed(requestXml('victim'), { of: "/*/*[local-name(.)='NameID']" })],
    ['leaves out no signature', () => signed(requestXml('victim'), { transforms: [EXCLUSIVE] })],
    ['was changed after it was signed', () => signed(requestXml('nobody')).replace('>nobody<', '>victim<')],
    [
      'wraps the signed one in another',
      () => {
        const good = signed(requestXml('nobody', { id: '_good' }));
        const [signature = ''] = /<ds:Signature[\s\S]*<\/ds:Signature>/.exec(good) ?? [];
        const inner = good.replace(signature, '');
        return requestXml('victim').replace('</saml:Issuer>', `</saml:Issuer>${signature}<x>${inner}</x>`);
      },
    ],
    [
      'wraps the signed one in another of the same ID',
      () => {
        const good = signed(requestXml('nobody', { id: '_good' }));
        const [signature = ''] = /<ds:Signature[\s\S]*<\/ds:Signature>/.exec(good) ?? [];
        const outer = requestXml('victim', { id: '_good' });
        return outer.replace(
          '</saml:Issuer>',
          `</saml:Issuer>${signature}<x>${good.replace(signature, '')}</x>`,
        );
      },
    ],
    [
      'holds two signatures',
      () => {
        const good = signed(requestXml('victim'));
        const [signature = ''] = /<ds:Signature[\s\S]*<\/ds:Signature>/.exec(good) ?? [];
        return good.replace(signature, signature + signature);
      },
    ],
    [
      'is for another place',
      () => signed(requestXml('victim', { destination: 'https://other.example/slo' })),
    ],
    ['is too old', () => signed(requestXml('victim', { issued: -13 }))],
    ['carries a DOCTYPE', () => `<!DOCTYPE x>${signed(requestXml('victim'))}`],
    ['splits its NameID by a comment', () => signed(requestXml('victim<!-- -->'))],
    ['is no LogoutRequest', () => signed(requestXml('victim').replaceAll('LogoutRequest', 'AuthnRequest'))],
  ];
  it.each(FORGERIES)('abuse 21: a posted message that %s ends nothing', async (_what, forge) => {
    const browser = await signedIn('victim');
    expect([(await post(forge())).statusCode, await home(browser)]).toEqual([400, 200]);
  });

  it('abuse 21: a posted message is taken once, by whatever binding, and is not sent twice in one form', async () => {
    const xml = signed(requestXml('again'));
    await signedIn('again');
    expect((await post(xml)).statusCode).toBe(303);
    const back = await signedIn('again');
    expect([(await post(xml)).statusCode, await home(back)]).toEqual([400, 200]);
    const both = await post(signed(requestXml('again')), { SAMLResponse: 'AAAA' });
    expect([both.statusCode, await home(back)]).toEqual([400, 200]);
  });
});
