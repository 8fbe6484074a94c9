import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { claimSsoRefresh } from '../../src/access/claim-sso-refresh.js';
import { connectSso } from '../../src/access/connect-sso.js';
import { refreshSso } from '../../src/access/refresh-sso.js';
import { updateSso } from '../../src/access/update-sso.js';
import { createLogger } from '../../src/kernel/logger.js';
import { SsoKeeper } from '../../workers/sso-keeper.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';
import { Browser, postResponse, startSaml, withOutside } from './browser.js';
import { makeSigningKey, type SigningKey } from './certificate.js';
import { goodResponse, providerMetadata } from './saml-provider.js';

const [first, second] = [makeSigningKey(), makeSigningKey()];
const ending = makeSigningKey({ days: 10 });
const ISSUER = 'https://idp.refresh.example/saml';

let product: TestProduct;
let organization: TestOrganization;
let server: Server;
let base: string;
let id: string;
/** What the provider publishes, and how often it was asked. */
const published = { status: 200, body: '', asked: 0 };
const publish = (...keys: SigningKey[]) => {
  published.body = providerMetadata(ISSUER, 'https://idp.refresh.example/sso', ...keys);
};

beforeAll(async () => {
  product = await startProduct({ allowPrivateProviders: true });
  server = createServer((_request, response) => {
    published.asked += 1;
    response.writeHead(published.status).end(published.body);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(async () => {
  organization = await product.organization();
  Object.assign(published, { status: 200 });
  publish(first);
  id = await connectSso(withOutside(organization.context), { saml: { metadataUrl: `${base}/metadata` } });
  published.asked = 0;
});
afterAll(async () => {
  await new Promise((done) => server.close(done));
  await product.close();
});

const keepers = () =>
  [1, 2, 3].map(
    () =>
      new SsoKeeper(
        product.database,
        createLogger('silent'),
        withOutside(organization.context).outside as NonNullable<ReturnType<typeof withOutside>['outside']>,
      ),
  );
/** Every process looks at once. */
const refresh = async () =>
  (await Promise.all(keepers().map((keeper) => keeper.refresh()))).reduce((a, b) => a + b);
const isDue = () => product.sql(`update sso_connections set refresh_at = now() where id = $1`, [id]);
const shown = async () => {
  const { body } = await organization.graphql(
    '{ ssoConnections { id health warnings refreshedAt failingSince certificates { fingerprint expiresSoon } } }',
  );
  return body.data.ssoConnections.find((one: { id: string }) => one.id === id);
};
async function signIn(subject: string, key: SigningKey): Promise<number> {
  const browser = new Browser(product);
  const { said, relayState } = await startSaml(browser, organization, id);
  const attributes = { email: `${subject}@p.example` };
  const answer = await postResponse(
    browser,
    organization,
    goodResponse({ ...said, issuer: ISSUER, subject, attributes }, key),
    relayState,
  );
  return answer.statusCode;
}

describe("a provider's documents are read again (B37)", () => {
  it('when they are due, by one process; a roll-over goes through without anybody doing anything', async () => {
    expect(await refresh()).toBe(0);
    publish(first, second);
    await isDue();
    expect(await signIn('before', second)).toBe(403);
    expect(await refresh()).toBe(1);
    expect([published.asked, await refresh()]).toEqual([1, 0]);
    expect([await signIn('one', first), await signIn('two', second)]).toEqual([303, 303]);
    publish(second);
    await isDue();
    expect(await refresh()).toBe(1);
    expect([await signIn('old', first), await signIn('new', second)]).toEqual([403, 303]);
    const audit = await product.sql(
      `select actor_kind, action from audit_log where organization_id = $1 and action = 'sso.refreshed'`,
      [organization.id],
    );
    expect(audit).toEqual(Array(2).fill({ actor_kind: 'worker', action: 'sso.refreshed' }));
    const [row] = await product.sql<{ hours: number }>(
      `select extract(epoch from refresh_at - now())::int / 3600 as hours from sso_connections where id = $1`,
      [id],
    );
    expect([5, 6]).toContain(row?.hours);
  });

  it('a choice of attribute names stays, and a document that did not change changes nothing', async () => {
    await updateSso(withOutside(organization.context), { id, attributes: { email: ['correo'] } });
    const version = () => product.sql('select updated_at, settings from sso_connections where id = $1', [id]);
    const before = await version();
    await isDue();
    expect(await refresh()).toBe(1);
    expect(await version()).toEqual(before);
  });

  it.each([
    ['answers with an error', () => Object.assign(published, { status: 500 })],
    ['has no certificates any more', () => publish()],
    [
      'is about another provider',
      () =>
        Object.assign(published, {
          body: providerMetadata('https://evil.example', 'https://e.example', second),
        }),
    ],
    ['is no XML', () => Object.assign(published, { body: '<html>Sorry' })],
  ])('one that %s is told to administrators, and sign-ins go on', async (_what, breaks) => {
    breaks();
    await isDue();
    await refresh();
    const bad = await shown();
    expect(bad).toMatchObject({ health: 'ATTENTION', failingSince: expect.any(String) });
    expect(bad.warnings[0]).toContain('Sign-ins go on with what was read before.');
    expect(await signIn('meanwhile', first)).toBe(303);
    publish(first, second);
    published.status = 200;
    await isDue();
    await refresh();
    expect(await shown()).toMatchObject({ health: 'GOOD', warnings: [], failingSince: null });
  });

  it('warns before the last certificate ends, in the health of the connection too', async () => {
    publish(ending);
    await isDue();
    await refresh();
    const soon = await shown();
    expect([soon.health, soon.certificates[0].expiresSoon, soon.warnings.length]).toEqual([
      'ATTENTION',
      true,
      1,
    ]);
    publish(ending, first);
    await isDue();
    await refresh();
    expect((await shown()).health).toBe('GOOD');
    await organization.graphql('mutation ($id: ID!) { disableSso(id: $id) }', { id });
    expect((await shown()).health).toBe('DISABLED');
    await isDue();
    expect(await refresh()).toBe(0);
  });

  it('an administrator who changes the connection in between wins', async () => {
    await isDue();
    const settings = await claimSsoRefresh(organization.context, { id });
    publish(second);
    await updateSso(withOutside(organization.context), { id, saml: { metadata: published.body } });
    publish(first, second);
    if (!settings) throw new Error('It was due.');
    const { outcome } = await refreshSso(withOutside(organization.context), { id, settings });
    expect(outcome).toBe('overtaken');
    expect((await shown()).certificates).toHaveLength(1);
  });

  it('OIDC discovery is read again too', async () => {
    const discovery = (path: string) =>
      JSON.stringify({
        issuer: base,
        authorization_endpoint: `${base}/${path}`,
        token_endpoint: `${base}/token`,
        jwks_uri: `${base}/jwks`,
      });
    published.body = discovery('old');
    id = await connectSso(withOutside(organization.context), { oidc: { issuer: base, clientId: 'c' } });
    published.body = discovery('new');
    await isDue();
    await refresh();
    const answer = await new Browser(product).send('GET', `/signin/${organization.slug}/start/${id}`);
    expect(String(answer.headers.location)).toContain(`${base}/new?`);
  });
});
