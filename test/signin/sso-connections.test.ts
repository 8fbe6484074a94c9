import { randomUUID } from 'node:crypto';
import { operatorContext } from '../../src/cli/operator.js';
import { newId } from '../../src/kernel/ids.js';
import { createOrganization } from '../../src/organizations/create-organization.js';
import { connectScim } from '../../src/provisioning/connect-scim.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';
import { Browser, connectSaml, IDP, postResponse, startSaml } from './browser.js';
import { makeSigningKey } from './certificate.js';
import { goodResponse, providerMetadata } from './saml-provider.js';

let product: TestProduct;
let organization: TestOrganization;
const key = makeSigningKey();
const next = makeSigningKey({ name: 'Next' });

beforeAll(async () => {
  product = await startProduct();
  organization = await product.organization();
});
afterAll(() => product.close());

const metadata = (...keys: (typeof key)[]) => providerMetadata(IDP, 'https://idp.test.example/sso', ...keys);
const CONNECT = 'mutation ($input: ConnectSsoInput!) { connectSso(input: $input) }';
const PREVIEW =
  'query ($input: PreviewSsoInput!) { previewSso(input: $input) { kind providerId signInUrl warnings certificates { subject fingerprint expired expiresSoon } } }';
const LIST =
  '{ ssoConnections { id active kind name providerId matches warnings certificates { fingerprint } } ssoServiceProvider { entityId acsUrl redirectUri } }';

describe('SSO connections (B37)', () => {
  it('a preview shows who the provider is and its certificates with their end, and keeps nothing', async () => {
    const before = await organization.graphql(LIST);
    const old = makeSigningKey({ days: -1, name: 'Old' });
    const { body } = await organization.graphql(PREVIEW, {
      input: { saml: { metadata: metadata(old, key) } },
    });
    expect(body.data.previewSso).toMatchObject({
      kind: 'SAML',
      providerId: IDP,
      signInUrl: 'https://idp.test.example/sso',
      warnings: [],
      certificates: [
        { subject: 'CN=Old', expired: true, expiresSoon: true },
        { subject: 'CN=Test IdP', expired: false, expiresSoon: false },
      ],
    });
    expect((await organization.graphql(LIST)).body).toEqual(before.body);
  });

  it('connectSso opens SCIM set-up, which is refused before (B1)', async () => {
    const slug = `b1-${randomUUID().slice(0, 8)}`;
    const context = operatorContext(product.database, newId());
    await createOrganization(context, {
      slug,
      plan: 'enterprise',
      ownerEmail: `o@${slug}.example`,
      seats: 5,
    });
    await expect(connectScim(context, { provider: 'okta' })).rejects.toMatchObject({
      code: 'FORBIDDEN',
      field: 'sso',
    });
    await connectSaml({ ...organization, context }, [key]);
    await expect(connectScim(context, { provider: 'okta' })).resolves.toHaveProperty('token');
  });

  it('connects once per provider, tells what to enter there, rolls certificates over, is disabled and comes back', async () => {
    const mine = await product.organization();
    const input = { saml: { metadata: metadata(key) }, name: 'Okta', matches: 'USER_NAME' };
    const { body } = await mine.graphql(CONNECT, { input });
    const id = body.data.connectSso;
    const again = await mine.graphql(CONNECT, { input });
    expect(again.body.errors[0].extensions.code).toBe('CONFLICT');
    const { data } = (await mine.graphql(LIST)).body;
    const base = `http://127.0.0.1:4000/signin/${mine.slug}`;
    expect(data.ssoServiceProvider).toEqual({
      entityId: `${base}/saml`,
      acsUrl: `${base}/saml`,
      redirectUri: `${base}/oidc`,
    });
    expect(data.ssoConnections[1]).toMatchObject({
      id,
      active: true,
      name: 'Okta',
      matches: 'USER_NAME',
      warnings: [],
    });

    const sign = async (by: typeof key) => {
      const browser = new Browser(product);
      const { said, relayState } = await startSaml(browser, mine, id);
      await postResponse(browser, mine, goodResponse(said, by), relayState);
      return browser;
    };
    expect((await sign(next)).session).toBeUndefined();
    const update = 'mutation ($input: UpdateSsoInput!) { updateSso(input: $input) }';
    const change = (saml: object) => mine.graphql(update, { input: { id, saml } });
    await change({ metadata: metadata(key, next) });
    expect((await sign(key)).session).toBeDefined();
    const browser = await sign(next);
    expect(browser.session).toBeDefined();
    await change({ metadata: metadata(next) });
    expect((await sign(key)).session).toBeUndefined();
    const other = providerMetadata('https://other.example', 'https://other.example/sso', key);
    expect((await change({ metadata: other })).body.errors[0].extensions.code).toBe('CONFLICT');

    await mine.graphql('mutation ($id: ID!) { disableSso(id: $id) }', { id });
    const home = await browser.send('GET', `/signin/${mine.slug}/home`);
    expect(home.statusCode).toBe(303);
    expect((await browser.send('GET', `/signin/${mine.slug}/start/${id}`)).statusCode).toBe(404);
    await mine.graphql(update, { input: { id } });
    expect((await sign(next)).session).toBeDefined();
  });

  it('warns 30 days before the last certificate ends', async () => {
    const soon = makeSigningKey({ days: 20 });
    const { body } = await organization.graphql(PREVIEW, { input: { saml: { metadata: metadata(soon) } } });
    expect(body.data.previewSso.warnings).toEqual([expect.stringContaining('expires on')]);
    const two = await organization.graphql(PREVIEW, { input: { saml: { metadata: metadata(soon, next) } } });
    expect(two.body.data.previewSso.warnings).toEqual([]);
  });

  it.each([
    ['no document', {}, 'metadataUrl'],
    ['two documents', { metadata: '<x/>', metadataUrl: 'https://x.example' }, 'Give either'],
    ['a private address', { metadataUrl: 'https://169.254.169.254/latest' }, 'private network'],
    ['plain HTTP', { metadataUrl: 'http://idp.example/metadata' }, 'https://'],
    ['text', { metadata: 'metadata' }, 'XML'],
    ['a DOCTYPE', { metadata: `<!DOCTYPE x>${metadata(key)}` }, 'DOCTYPE'],
    [
      'an entity',
      { metadata: '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>' },
      'DOCTYPE',
    ],
    [
      'somebody who is no provider',
      { metadata: '<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="x"/>' },
      'exactly one',
    ],
    ['no certificate', { metadata: metadata() }, '0 signing certificates'],
    [
      'five certificates',
      { metadata: metadata(...Array.from({ length: 5 }, () => makeSigningKey())) },
      '5 signing',
    ],
    ['a short key', { metadata: metadata(makeSigningKey({ bits: 1024 })) }, '1024 bits'],
    [
      'a page over plain HTTP',
      { metadata: providerMetadata(IDP, 'http://idp.test.example/sso', key) },
      'https://',
    ],
    ['a script for a page', { metadata: providerMetadata(IDP, 'javascript:alert(1)', key) }, 'https://'],
  ])('connectSso refuses %s and says why', async (_what, saml, says) => {
    const { body } = await organization.graphql(CONNECT, { input: { saml } });
    expect([body.errors[0].extensions.code, body.errors[0].message]).toEqual([
      'INVALID_INPUT',
      expect.stringContaining(says),
    ]);
  });

  it('is for owners and admins only', async () => {
    const token = await organization.issueToken('user');
    for (const query of [
      '{ ssoConnections { id } }',
      '{ signInAttempts { id } }',
      `{ ssoTestUrl(connectionId: "x") }`,
    ]) {
      const { body } = await organization.graphql(query, {}, token);
      expect(body.errors[0].extensions.code).toBe('FORBIDDEN');
    }
  });

  it('a test shows what arrived and the check that failed; the list of attempts names it with a reference', async () => {
    const mine = await product.organization();
    const id = await connectSaml(mine, [key]);
    const asked = await mine.graphql('query ($id: ID!) { ssoTestUrl(connectionId: $id) }', { id });
    const browser = new Browser(product);
    const test = async (forge: (xml: string) => string, audience?: string) => {
      const started = await browser.send('GET', asked.body.data.ssoTestUrl);
      const url = new URL(String(started.headers.location));
      const relayState = url.searchParams.get('RelayState') ?? '';
      const { said } = await startSaml(new Browser(product), mine, id);
      const row = await product.sql<{ id: string }>(
        'select id from sign_in_requests where organization_id = $1 and is_test order by id desc limit 1',
        [mine.id],
      );
      const own = { ...said, inResponseTo: `_${row[0]?.id}`, ...(audience && { audience }) };
      return (await postResponse(browser, mine, forge(goodResponse(own, key)), relayState)).body;
    };
    expect(await test((xml) => xml)).toContain('A new person would be created.');
    expect(await test((xml) => xml, 'https://wrong.example')).toContain('Failed check &#39;audience&#39;');
    expect(browser.session).toBeUndefined();
    expect(
      await product.sql('select id from users where organization_id = $1 and role = $2', [mine.id, 'user']),
    ).toEqual([]);
    const { body } = await mine.graphql(
      '{ signInAttempts(first: 5) { reason detail succeeded connectionId } }',
    );
    expect(body.data.signInAttempts[0]).toMatchObject({
      reason: 'audience',
      succeeded: false,
      connectionId: id,
    });
    expect(body.data.signInAttempts[0].detail).toContain('https://wrong.example');
  });
});
