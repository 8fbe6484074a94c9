import type { ConnectionFacts } from '../../src/provisioning/connection-facts.js';
import { healthOf, reasonOf } from '../../src/provisioning/health/health.js';
import { HEALTH_TEXTS } from '../../src/provisioning/health/health-texts.js';
import { newUser, patch, pushUser } from '../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';
import { logged } from './log-reading.js';

const FINE: ConnectionFacts = {
  id: 'c',
  slug: 'acme',
  language: 'en',
  plan: 'enterprise',
  hasSso: true,
  status: 'active',
  liveCredentials: 2,
  wasUsed: true,
  usedUntil: null,
  endsSoon: false,
  recentRequests: 100,
  recentProblems: 0,
  basicLookupId: null,
  basicLastFour: null,
  bearerLastFour: null,
};

describe('healthOf', () => {
  it.each([
    ['connected', 'running', {}],
    ['connected', 'running', { recentProblems: 4, recentRequests: 10 }],
    ['degraded', 'problems', { recentProblems: 10 }],
    ['connected', 'running', { recentProblems: 9 }],
    ['degraded', 'credential-ends', { endsSoon: true, usedUntil: new Date('2030-01-02T03:04:05Z') }],
    ['degraded', 'credentials-ended', { liveCredentials: 0 }],
    ['not-set-up', 'no-credential', { liveCredentials: 0, wasUsed: false }],
    ['waiting-for-first-request', 'waiting', { wasUsed: false }],
    ['disabled', 'disabled', { status: 'disabled', liveCredentials: 0 }],
    ['locked', 'sso', { hasSso: false, status: 'disabled' }],
    ['locked', 'plan', { plan: 'team', hasSso: false }],
  ] as const)('is %s (%s) for %j', (state, reason, facts) => {
    const known = { ...FINE, ...facts };
    expect(reasonOf(known)).toBe(reason);
    for (const language of ['en', 'de', 'ko'] as const) {
      const health = healthOf(known, language);
      expect(health.state).toBe(state);
      expect(health.sentence).not.toMatch(/[{}]/);
      expect(health.advice === '').toBe(reason === 'running');
    }
  });

  it('has words for every reason in every language, each its own', () => {
    const words = Object.values(HEALTH_TEXTS).flatMap((texts) =>
      Object.values(texts).map(([sentence]) => sentence),
    );
    expect(new Set(words).size).toBe(words.length);
    expect(
      healthOf({ ...FINE, endsSoon: true, usedUntil: new Date('2030-01-02T03:04:05Z') }).sentence,
    ).toContain('2030-01-02');
  });
});

describe('over GraphQL', () => {
  let product: TestProduct;
  let acme: TestOrganization;

  beforeAll(async () => {
    product = await startProduct();
  });
  beforeEach(async () => {
    acme = await product.organization();
  });
  afterAll(() => product.close());

  const health = async () =>
    (await acme.graphql('{ scimConnections { health { state sentence recentRequests recentProblems } } }'))
      .body.data.scimConnections[0].health;
  const overall = async (language = 'EN') =>
    (await acme.graphql(`{ scimHealth(language: ${language}) { state sentence advice } }`)).body.data
      .scimHealth;

  it('a connection is waiting, connected, degraded by refusals, and disabled', async () => {
    expect(await health()).toMatchObject({ state: 'WAITING_FOR_FIRST_REQUEST', recentRequests: 0 });
    await pushUser(acme, 'ann');
    expect(await health()).toMatchObject({ state: 'CONNECTED', recentRequests: 1 });
    for (let i = 0; i < 5; i += 1) await logged(acme, await acme.scim('POST', '/Users', newUser('ann')));
    expect(await health()).toMatchObject({ state: 'DEGRADED', recentProblems: 5 });
    expect((await health()).sentence).toBe('5 of the last 6 requests were refused or failed.');
    expect(await overall()).toMatchObject({ state: 'DEGRADED' });
    await acme.graphql(`mutation { disconnectScim(connectionId: "${acme.connectionId}") }`);
    expect(await health()).toMatchObject({ state: 'DISABLED' });
  });

  it('a credential in use that ends within a week degrades it, and a newer one that is used mends that', async () => {
    await pushUser(acme);
    const [old] = await product.sql<{ id: string }>(
      `update scim_credentials set expires_at = now() + interval '6 days'
       where organization_id = $1 and kind = 'bearer' returning id`,
      [acme.id],
    );
    expect(await health()).toMatchObject({ state: 'DEGRADED' });
    const { body } = await acme.graphql(
      `mutation { rotateScimCredential(input: {credentialId: "${old?.id}"}) { issued { token } } }`,
    );
    const { token } = body.data.rotateScimCredential.issued;
    expect(await health()).toMatchObject({ state: 'DEGRADED' });
    await acme.scim('GET', '/Users', undefined, { authorization: `Bearer ${token}` });
    expect(await health()).toMatchObject({ state: 'CONNECTED' });
  });

  it('scimHealth of an organization without a connection says what is missing (B1)', async () => {
    await product.sql('delete from scim_credentials where organization_id = $1', [acme.id]);
    await product.sql('delete from scim_connections where organization_id = $1', [acme.id]);
    expect(await overall()).toMatchObject({ state: 'NOT_SET_UP', advice: expect.stringContaining('Start') });
    await product.sql('delete from sso_connections where organization_id = $1', [acme.id]);
    expect(await overall('DE')).toMatchObject({ state: 'LOCKED', sentence: expect.stringContaining('SSO') });
    await product.sql(`update organizations set plan = 'team' where id = $1`, [acme.id]);
    expect(await overall('KO')).toMatchObject({
      state: 'LOCKED',
      sentence: expect.stringContaining('엔터프라이즈'),
    });
  });

  describe('mappingCheck (B8)', () => {
    const CHECK = `query ($language: Language) { scimConnections { mappingCheck(language: $language) {
      attribute required state samples lastSeenRequestId lastRefusedRequestId advice } } }`;
    const check = async (language?: string) => {
      const { body } = await acme.graphql(CHECK, { language });
      const rows: { attribute: string; state: string; advice: string }[] =
        body.data.scimConnections[0].mappingCheck;
      return Object.fromEntries(rows.map((row) => [row.attribute, row]));
    };
    const EMAIL = 'emails[type eq "work"].value';

    it('knows nothing before the first person, then what arrives and what never did', async () => {
      expect(new Set(Object.values(await check()).map(({ state }) => state))).toEqual(new Set(['UNKNOWN']));
      const answer = await acme.scim('POST', '/Users', newUser('bea'));
      const found = await check();
      const seen = {
        state: 'SEEN',
        samples: 1,
        lastSeenRequestId: answer.headers['x-request-id'],
        advice: '',
      };
      for (const attribute of ['userName', EMAIL, 'active', 'externalId', 'name.givenName']) {
        expect(found[attribute]).toMatchObject(seen);
      }
      expect(found.title).toMatchObject({ state: 'MISSING', required: false, samples: 0 });
    });

    it('names a required attribute that is missing, in the words of the provider, until it arrives', async () => {
      acme = await product.organization({ provider: 'entra' });
      const refused = await acme.scim('POST', '/Users', newUser('cy', { emails: [] }));
      expect(refused.body.detail).toBe("{'emails': ['This field is required.']}");
      await logged(acme, refused);
      for (const [language, words] of [
        ['EN', 'map mail to'],
        ['DE', 'Zuordnungen'],
        ['KO', '매핑'],
      ] as const) {
        expect((await check(language))[EMAIL]).toMatchObject({
          state: 'MISSING',
          required: true,
          lastRefusedRequestId: refused.headers['x-request-id'],
          advice: expect.stringContaining(words),
        });
      }
      await acme.scim('POST', '/Users', newUser('cy'));
      expect((await check())[EMAIL]).toMatchObject({ state: 'SEEN', advice: '' });
    });

    it('tells a wrong type from a missing value, in POST and in PATCH', async () => {
      await logged(
        acme,
        await acme.scim('POST', '/Users', newUser('di', { active: 'perhaps', title: { a: 1 } })),
      );
      expect(await check()).toMatchObject({
        active: { state: 'WRONG_TYPE', advice: expect.stringContaining('true or false') },
        title: { state: 'WRONG_TYPE', advice: expect.stringContaining('text') },
      });
      const id = await pushUser(acme, 'di');
      expect((await check()).active).toMatchObject({ state: 'SEEN' });
      const value = { familyName: ['x'] };
      await logged(
        acme,
        await acme.scim('PATCH', `/Users/${id}`, patch({ op: 'replace', path: 'name', value })),
      );
      expect((await check())['name.familyName']).toMatchObject({ state: 'WRONG_TYPE' });
    });

    it('does not take the number that stood in for an externalId for one (B8)', async () => {
      const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
      await acme.scim(
        'POST',
        '/Users',
        newUser('eli', { externalId: undefined, [enterprise]: { employeeNumber: '77' } }),
      );
      const found = await check();
      expect(found.externalId).toMatchObject({ state: 'MISSING' });
      expect(found[`${enterprise}:employeeNumber`]).toMatchObject({ state: 'SEEN' });
    });
  });
});
