import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';
import { Browser, connectSaml, IDP, postResponse, samlUrl, startSaml } from './browser.js';
import { makeSigningKey } from './certificate.js';
import { FORGED_SIGNATURES } from './forged-responses.js';
import { assertionXml, goodResponse, responseXml, type Said, sign } from './saml-provider.js';
import { UNFIT_RESPONSES } from './unfit-responses.js';

const FORGERIES = [...FORGED_SIGNATURES, ...UNFIT_RESPONSES];

let product: TestProduct;
let organization: TestOrganization;
let other: TestOrganization;
let connectionId: string;
const key = makeSigningKey();
const next = makeSigningKey();
const own = makeSigningKey({ name: 'Forger' });

beforeAll(async () => {
  product = await startProduct({ workers: true });
  organization = await product.organization();
  other = await product.organization();
  connectionId = await connectSaml(organization, [key, next]);
  await connectSaml(other, [own]);
});
afterAll(() => product.close());

const countSessions = async (): Promise<number> =>
  Number((await product.sql<{ count: string }>('select count(*) from sessions'))[0]?.count);
const lastReason = async () =>
  (
    await product.sql<{ reason: string | null; detail: string }>(
      'select reason, detail from sign_in_attempts order by id desc limit 1',
    )
  )[0];

describe('SAML sign-in', () => {
  it('creates a person just in time, opens a session and leads where it was started for (B37)', async () => {
    const browser = new Browser(product);
    const { said, relayState } = await startSaml(browser, organization, connectionId, '/reports?week=3');
    const answer = await postResponse(browser, organization, goodResponse(said, key), relayState);
    expect([answer.statusCode, answer.headers.location]).toEqual([303, '/reports?week=3']);
    expect(String(answer.headers['set-cookie'])).toMatch(
      /^__Host-rollcall=rcs_\w+_[\w-]+; Path=\/; Secure; HttpOnly; SameSite=Lax; Max-Age=43200$/,
    );
    const home = await browser.send('GET', `/signin/${organization.slug}/home`);
    expect(home.body).toContain('You are signed in as New Person.');
  });

  const GOOD: [string, (said: Said) => string][] = [
    ['an assertion signed by the first certificate', (said) => goodResponse(said, key)],
    ['one signed by the second certificate, at a roll-over', (said) => goodResponse(said, next)],
    [
      'one in an envelope that is signed too',
      (said) => sign(goodResponse(said, key), { key, what: 'Response' }),
    ],
    [
      'one signed with SHA-512',
      (said) =>
        sign(responseXml(said, assertionXml(said)), {
          key,
          signature: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512',
          digest: 'http://www.w3.org/2001/04/xmlenc#sha512',
        }),
    ],
    [
      'one of a provider whose clock is 100 seconds ahead',
      (said) => goodResponse({ ...said, issued: 1.6, notBefore: 1.6 }, key),
    ],
    [
      'one with an XML declaration, no KeyInfo, 150 attributes and letters of the world',
      (said) => {
        const many = Object.fromEntries(
          Array.from({ length: 150 }, (_, n) => [`group${n}`, ['ä', '가', '🙂']]),
        );
        const attributes = { ...said.attributes, ...many };
        const xml = responseXml(said, assertionXml({ ...said, attributes }));
        return `<?xml version="1.0" encoding="UTF-8"?>\n${sign(xml, { key, shown: null })}`;
      },
    ],
  ];

  it.each(GOOD)('abuse 21: accepts %s', async (_what, respond) => {
    const before = await countSessions();
    const browser = new Browser(product);
    const { said, relayState } = await startSaml(browser, organization, connectionId);
    const answer = await postResponse(browser, organization, respond(said), relayState);
    expect([answer.statusCode, await lastReason()]).toEqual([303, { reason: null, detail: null }]);
    expect(await countSessions()).toBe(before + 1);
  });

  it(`abuse 21: refuses ${FORGERIES.length} forged responses, each by the check that is meant for it, and opens no session`, async () => {
    const before = await countSessions();
    const found: string[] = [];
    for (const [name, , forge] of FORGERIES) {
      const browser = new Browser(product);
      const { said, relayState } = await startSaml(browser, organization, connectionId);
      const forged = forge({ said, key, own, otherOrganization: samlUrl(other) });
      const answer = await browser.send('POST', `/signin/${organization.slug}/saml`, {
        form: { SAMLResponse: Buffer.from(forged).toString('base64'), RelayState: relayState },
      });
      const { reason } = (await lastReason()) ?? {};
      found.push(`${name}: ${answer.statusCode} ${reason}`);
      expect([name, browser.session]).toEqual([name, undefined]);
    }
    expect(found).toEqual(FORGERIES.map(([name, reason]) => `${name}: 403 ${reason}`));
    expect(await countSessions()).toBe(before);
    expect(FORGERIES.length).toBeGreaterThanOrEqual(60);
  }, 120_000);

  it('abuse 21: a good response is accepted once, and not elsewhere: replay, other browser, RelayState, organization', async () => {
    const before = await countSessions();
    const browser = new Browser(product);
    const { said, relayState } = await startSaml(browser, organization, connectionId);
    const xml = goodResponse(said, key);
    const refused = async (reason: string, send: () => Promise<{ statusCode: number }>) => {
      const answer = await send();
      expect([reason, answer.statusCode, (await lastReason())?.reason]).toEqual([reason, 403, reason]);
    };
    await refused('unknown_request', () => postResponse(browser, organization, xml, 'another'));
    await refused('unknown_request', () => postResponse(browser, organization, xml, ''));
    await refused('issuer', () => {
      const stranger = goodResponse({ ...said, issuer: 'https://stranger.example/saml' }, own);
      return postResponse(browser, organization, stranger, relayState);
    });
    // Whoever fails with a request has used it up; the genuine browser starts again.
    const again = await startSaml(browser, organization, connectionId);
    const genuine = goodResponse(again.said, key);
    await refused('audience', () => postResponse(browser, other, goodResponse(said, own), again.relayState));
    const answer = await postResponse(browser, organization, genuine, again.relayState);
    expect(answer.statusCode).toBe(303);
    await refused('unknown_request', () => postResponse(browser, organization, genuine, again.relayState));
    const third = await startSaml(new Browser(product), organization, connectionId);
    const stranger = new Browser(product);
    await refused('other_browser', () =>
      postResponse(stranger, organization, goodResponse(third.said, key), third.relayState),
    );
    expect(await countSessions()).toBe(before + 1);
  });

  it('abuse 21: of ten presentations of one response at the same time one opens a session', async () => {
    const before = await countSessions();
    const browser = new Browser(product);
    const { said, relayState } = await startSaml(browser, organization, connectionId);
    const xml = goodResponse(said, key);
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => postResponse(browser, organization, xml, relayState)),
    );
    expect(answers.filter(({ statusCode }) => statusCode === 303)).toHaveLength(1);
    expect(await countSessions()).toBe(before + 1);
  });

  it('abuse 13: starts at the provider only where that is switched on, once per assertion, and never to a path of its choice', async () => {
    const open = await product.organization();
    await connectSaml(open, [key], { allowsProviderStart: true });
    const acsUrl = samlUrl(open);
    const said: Said = {
      issuer: IDP,
      acsUrl,
      audience: acsUrl,
      subject: 's',
      attributes: { email: 's@p.example' },
    };
    const xml = goodResponse(said, key);
    const first = await postResponse(new Browser(product), open, xml, 'https://evil.example/');
    expect([first.statusCode, first.headers.location]).toEqual([303, `/signin/${open.slug}/home`]);
    const second = await postResponse(new Browser(product), open, xml, '');
    expect([second.statusCode, (await lastReason())?.reason]).toEqual([403, 'replayed']);
  });

  it('abuse 20: a form that is too large, of another type or with two responses is refused before it is read', async () => {
    const browser = new Browser(product);
    const url = `/signin/${organization.slug}/saml`;
    const large = await browser.send('POST', url, { form: { SAMLResponse: 'A'.repeat(600 * 1024) } });
    expect(large.statusCode).toBe(413);
    const json = await browser.send('POST', url, {
      form: '{}',
      headers: { 'content-type': 'application/json' },
    });
    expect(json.statusCode).toBe(415);
    const twice = await browser.send('POST', url, { form: 'SAMLResponse=AAAA&SAMLResponse=AAAA' });
    expect(twice.statusCode).toBe(403);
    const raw = await browser.send('POST', url, { form: { SAMLResponse: '%%%' } });
    expect([raw.statusCode, (await lastReason())?.reason]).toEqual([403, 'malformed']);
  });

  it('shows our metadata with the entity id and the address for responses', async () => {
    const answer = await new Browser(product).send('GET', `/signin/${organization.slug}/saml`);
    expect(answer.headers['content-type']).toContain('application/samlmetadata+xml');
    expect(answer.body).toContain(`entityID="${samlUrl(organization)}"`);
    expect(answer.body).toContain('WantAssertionsSigned="true"');
    expect(answer.body).toContain(`Location="${samlUrl(organization)}"`);
  });
});
