import { openConditions } from '../isolation/nets.js';
import { newUser, patch } from '../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';
import { Browser, connectSaml, postResponse, startSaml } from './browser.js';
import { makeSigningKey } from './certificate.js';
import { goodResponse } from './saml-provider.js';

let product: TestProduct;
let organization: TestOrganization;
let connectionId: string;
const key = makeSigningKey();

beforeAll(async () => {
  product = await startProduct({ workers: true });
  organization = await product.organization();
  connectionId = await connectSaml(organization, [key]);
});
afterAll(() => product.close());

async function signedIn(name: string, browser = new Browser(product)): Promise<Browser> {
  const { said, relayState } = await startSaml(browser, organization, connectionId);
  const attributes = { email: `${name}@p.example`, givenName: name };
  await postResponse(
    browser,
    organization,
    goodResponse({ ...said, subject: `x-${name}`, attributes }, key),
    relayState,
  );
  if (browser.session === undefined) throw new Error(`${name} was not signed in.`);
  return browser;
}

const SAME_ORIGIN = { 'sec-fetch-site': 'same-origin', origin: 'http://127.0.0.1:4000' };
const ask = (browser: Browser, query: string, headers: Record<string, string> = SAME_ORIGIN) =>
  product.app.inject({
    method: 'POST',
    url: '/graphql',
    headers: {
      host: '127.0.0.1:4000',
      cookie: browser.cookieHeader(),
      'content-type': 'application/json',
      ...headers,
    },
    payload: JSON.stringify({ query }),
  });
const status = async (browser: Browser) => (await ask(browser, '{ organization { id } }')).statusCode;
const idOf = async (name: string) =>
  (await product.sql<{ id: string }>('select id from users where email_key = $1', [`${name}@p.example`]))[0]
    ?.id ?? '';

describe('a session', () => {
  it('is the person at the API, in an answer to their own pages', async () => {
    const browser = await signedIn('ann');
    const answer = await ask(browser, '{ sessions { current method userId connectionId } }');
    expect(answer.json().data.sessions).toEqual([
      { current: true, method: 'SAML', userId: await idOf('ann'), connectionId },
    ]);
    const forbidden = await ask(browser, '{ users { edges { node { id } } } }');
    expect(forbidden.json().errors[0].extensions.code).toBe('FORBIDDEN');
  });

  it.each([
    ['another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
    ['a sibling organization', { 'sec-fetch-site': 'same-site', origin: 'http://other.127.0.0.1:4000' }],
    ['an address bar', { 'sec-fetch-site': 'none' }],
    ['another origin, of an old browser', { origin: 'https://evil.example' }],
    ['an opaque origin', { origin: 'null' }],
    ['a browser that says nothing', {}],
  ])('abuse 13: is refused in a request of %s', async (_whose, headers) => {
    const answer = await ask(await signedIn('ann'), '{ organization { id } }', headers as never);
    expect([answer.statusCode, answer.json().errors[0].extensions.code]).toEqual([403, 'FORBIDDEN']);
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
  ])('abuse 13: changes nothing by a form of the type %s', async (type) => {
    const answer = await ask(await signedIn('ann'), 'mutation { revokeSessions(userId: "x") }', {
      ...SAME_ORIGIN,
      'content-type': type,
    });
    expect(answer.statusCode).toBe(415);
  });

  it('abuse 9: opens nothing over SCIM, by GET, or when it is sent twice or as a token', async () => {
    const browser = await signedIn('ann');
    const cookie = browser.cookieHeader();
    const scim = await product.app.inject({ url: '/scim/v2/Users', headers: { cookie, ...SAME_ORIGIN } });
    expect(scim.statusCode).toBe(401);
    const session = `__Host-rollcall=${browser.session}`;
    const twice = await ask(browser, '{ organization { id } }', {
      ...SAME_ORIGIN,
      cookie: `${session}; ${session}`,
    });
    expect(twice.statusCode).toBe(401);
    const bearer = await ask(browser, '{ organization { id } }', {
      cookie: '',
      authorization: `Bearer ${browser.session}`,
    });
    expect(bearer.statusCode).toBe(401);
    const foreign = await ask(browser, '{ organization { id } }', {
      ...SAME_ORIGIN,
      host: 'other.localhost:4000',
      origin: 'http://other.localhost:4000',
    });
    expect(foreign.statusCode).toBe(401);
  });

  it('rotates: signing in again ends the one before, and a planted cookie never becomes a session', async () => {
    const browser = await signedIn('ann');
    const before = browser.session ?? '';
    await signedIn('ann', browser);
    expect(browser.session).not.toBe(before);
    const old = new Browser(product);
    old.cookies.set('__Host-rollcall', before);
    expect([await status(browser), await status(old)]).toEqual([200, 401]);
    const planted = new Browser(product);
    planted.cookies.set('__Host-rollcall', 'rcs_000000000000000000000000_planted');
    await signedIn('ann', planted);
    expect(planted.session).not.toContain('planted');
  });

  it('ends unused after two hours, used after twelve, by the clock of the database', async () => {
    const browser = await signedIn('idle');
    const userId = await idOf('idle');
    const move = (column: string, to: string) =>
      product.sql(`update sessions set ${column} = ${to} where user_id = $1 and ended_at is null`, [userId]);
    await move('last_seen_at', `now() - interval '1 hour 59 minutes'`);
    expect(await status(browser)).toBe(200);
    expect(await status(browser)).toBe(200);
    await move('last_seen_at', `now() - interval '2 hours'`);
    expect(await status(browser)).toBe(401);
    await move('last_seen_at', 'now()');
    await move('expires_at', 'now()');
    expect(await status(browser)).toBe(401);
  });

  const ENDINGS: [string, (userId: string) => Promise<unknown>][] = [
    [
      'SCIM deactivates the person (B19)',
      (id) =>
        organization.scim('PATCH', `/Users/${id}`, patch({ op: 'replace', path: 'active', value: false })),
    ],
    ['SCIM deletes the person (B20)', (id) => organization.scim('DELETE', `/Users/${id}`)],
    [
      'an administrator deactivates the person (B19)',
      async (id) => {
        await product.sql('update users set connection_id = null, user_name = null where id = $1', [id]);
        await organization.graphql('mutation ($id: ID!) { deactivateUser(id: $id) { id } }', { id });
      },
    ],
    [
      'the personal data is erased (B38)',
      async (id) => {
        await organization.scim('DELETE', `/Users/${id}`);
        await product.sql(`update sessions set ended_at = null, ended_because = null where user_id = $1`, [
          id,
        ]);
        const [row] = await product.sql<{ name: string }>(
          'select user_name as name from users where id = $1',
          [id],
        );
        const input = { userId: id, confirmation: row?.name };
        await organization.graphql('mutation ($input: EraseUserInput!) { eraseUser(input: $input) { id } }', {
          input,
        });
      },
    ],
    [
      'the connection is disabled',
      async () => {
        await organization.graphql('mutation ($id: ID!) { disableSso(id: $id) }', { id: connectionId });
        await product.sql(`update sso_connections set status = 'active' where id = $1`, [connectionId]);
      },
    ],
    ['the role changes', (id) => product.sql(`update users set role = 'admin' where id = $1`, [id])],
    [
      'SCIM changes the address of an admin (abuse 3)',
      async (id) => {
        await product.sql(`update users set role = 'admin' where id = $1`, [id]);
        await product.sql(`update sessions set ended_at = null, ended_because = null where user_id = $1`, [
          id,
        ]);
        const emails = [{ value: `${id}@p.example`, type: 'work' }];
        await organization.scim(
          'PATCH',
          `/Users/${id}`,
          patch({ op: 'replace', path: 'emails', value: emails }),
        );
      },
    ],
    [
      'an administrator ends it',
      async (id) => {
        const { body } = await organization.graphql('query ($id: ID!) { sessions(userId: $id) { id } }', {
          id,
        });
        await organization.graphql('mutation ($id: ID!) { revokeSession(id: $id) }', {
          id: body.data.sessions[0].id,
        });
      },
    ],
    [
      'an administrator ends all of them',
      (id) => organization.graphql('mutation ($id: ID!) { revokeSessions(userId: $id) }', { id }),
    ],
  ];

  it.each(ENDINGS)('is refused at the next request, on every process, when %s', async (what, end) => {
    const name = `end${ENDINGS.findIndex(([one]) => one === what)}`;
    const { body } = await organization.scim('POST', '/Users', newUser(name));
    const browser = await signedIn(name);
    const second = await openConditions(product, organization.id);
    const there = () =>
      second.inject({
        method: 'POST',
        url: '/graphql',
        headers: {
          cookie: browser.cookieHeader(),
          'content-type': 'application/json',
          ...SAME_ORIGIN,
          host: '127.0.0.1:4000',
        },
        payload: JSON.stringify({ query: '{ organization { id } }' }),
      });
    expect([await status(browser), (await there()).statusCode]).toEqual([200, 200]);
    await end(body.id);
    expect([await status(browser), (await there()).statusCode]).toEqual([401, 401]);
    const home = await browser.send('GET', `/signin/${organization.slug}/home`);
    expect([home.statusCode, home.headers.location]).toEqual([303, `/signin/${organization.slug}`]);
    await second.close();
  });

  it('is ended by its own person: signing out here, everywhere else, and never by a form of another site', async () => {
    const [one, two] = [await signedIn('multi'), await signedIn('multi')];
    const foreign = await one.send('POST', `/signin/${organization.slug}/out`, {
      form: {},
      headers: { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
    });
    expect([foreign.statusCode, await status(one)]).toEqual([403, 200]);
    const others = await ask(one, `mutation { revokeSessions(userId: "${await idOf('multi')}") }`);
    expect(others.json().data.revokeSessions).toBe(1);
    expect([await status(one), await status(two)]).toEqual([200, 401]);
    const out = await one.send('POST', `/signin/${organization.slug}/out`, {
      form: {},
      headers: SAME_ORIGIN,
    });
    expect([out.statusCode, one.session]).toEqual([200, undefined]);
    const stranger = await ask(
      await signedIn('ann'),
      `{ sessions(userId: "${organization.ownerId}") { id } }`,
    );
    expect(stranger.json().errors[0].extensions.code).toBe('FORBIDDEN');
  });

  it('keeps hashes only: nothing in the tables opens a session (abuse 19)', async () => {
    const browser = await signedIn('ann');
    const [, lookup = '', secret = ''] = /^rcs_([0-9a-f]+)_(.+)$/.exec(browser.session ?? '') ?? [];
    const [row] = await product.sql<{ text: string }>(
      'select s::text as text from sessions s where lookup_id = $1',
      [lookup],
    );
    expect(row?.text).not.toContain(secret);
  });
});
