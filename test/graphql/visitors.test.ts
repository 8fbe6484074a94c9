import { resolvers } from '../../graphql/resolvers.js';
import { buildGraphqlSchema } from '../../graphql/schema.js';
import { VISITOR_FIELDS } from '../../graphql/visits.js';
import { linkToken } from '../../src/mail/links.js';
import { updatePlan } from '../../src/organizations/update-plan.js';
import { digestOf } from '../isolation/digest.js';
import { GRAPHQL_CASES } from '../isolation/graphql-cases.js';
import { documentFor, type RootField, rootFields } from '../isolation/graphql-schema.js';
import { makeWorld } from '../isolation/world.js';
import { mailsOf, openOrganization } from '../signin/pages.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';

const fields = rootFields(buildGraphqlSchema(resolvers));

let product: TestProduct;

beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.close());

interface Asked {
  client?: string;
  headers?: Record<string, string>;
}

/** A request without a credential. */
async function visit(query: string, variables: unknown = {}, { client, headers }: Asked = {}) {
  const answer = await product.app.inject({
    method: 'POST',
    url: '/graphql',
    remoteAddress: client ?? '203.0.113.7',
    headers: { 'content-type': 'application/json', ...headers },
    payload: JSON.stringify({ query, variables }),
  });
  const { data, errors } = answer.json();
  const [error] = errors ?? [];
  return { status: answer.statusCode, data, error, code: error?.extensions.code, text: answer.body };
}

const ASK = 'mutation ($input: RequestAccessInput!) { requestAccess(input: $input) { linkHours } }';
const REGISTER = `mutation ($input: NewcomerInput!) {
  registerUser(input: $input) { license organization { slug } } }`;
const ACCEPT = `mutation ($input: NewcomerInput!) {
  acceptInvitation(input: $input) { signsInAtProvider organization { slug } } }`;
const LOOK =
  'query ($purpose: LinkPurpose!, $token: String!) { mailedLink(purpose: $purpose, token: $token) { isOpen organization { slug } } }';
const ADA = { givenName: 'Ada', familyName: 'Lovelace', password: 'correct horse battery' };

const ask = ({ slug }: TestOrganization, email: string, asked?: Asked) =>
  visit(ASK, { input: { organization: slug, email } }, asked);

/** The token of the latest mail of an organization. */
async function tokenOf(organization: TestOrganization, purpose: 'invitation' | 'verification') {
  const mail = (await mailsOf(product, organization)).at(-1);
  return linkToken(product.database.secretKey, purpose, mail?.values.linkId ?? '');
}

async function invite(organization: TestOrganization, email: string): Promise<string> {
  await organization.graphql(`mutation { inviteUser(input: {email: "${email}"}) { id } }`);
  return tokenOf(organization, 'invitation');
}

describe('requestAccess, registerUser: a stranger, over GraphQL alone (B36)', () => {
  it('asks, looks however often, registers once and holds a license', async () => {
    const { organization, domain } = await openOrganization(product);
    const shown = await visit(
      'query ($s: String!) { landingPage(organization: $s) { slug asksForAccess } }',
      {
        s: organization.slug,
      },
    );
    expect(shown.data.landingPage).toEqual({ slug: organization.slug, asksForAccess: true });
    expect((await ask(organization, `Ada@${domain}`)).data.requestAccess).toEqual({ linkHours: 1 });
    const token = await tokenOf(organization, 'verification');
    const look = () => visit(LOOK, { purpose: 'VERIFICATION', token });
    for (const _look of [1, 2]) expect((await look()).data.mailedLink.isOpen).toBe(true);
    const done = await visit(REGISTER, { input: { token, ...ADA } });
    expect(done.data.registerUser).toEqual({ license: 'HELD', organization: { slug: organization.slug } });
    expect((await look()).data.mailedLink.isOpen).toBe(false);
    const again = await visit(REGISTER, { input: { token, ...ADA } });
    expect(again.error).toMatchObject({ extensions: { code: 'NOT_FOUND', field: 'token' } });
  });

  it('says in the words of the catalogue what is refused, and changes nothing', async () => {
    const { organization, domain } = await openOrganization(product);
    await ask(organization, `ada@${domain}`);
    const token = await tokenOf(organization, 'verification');
    const register = (wrong: object) => visit(REGISTER, { input: { token, ...ADA, ...wrong } });
    expect((await ask(organization, 'ada@elsewhere.example')).code).toBe('FORBIDDEN');
    expect((await ask(organization, 'no address')).error.extensions).toMatchObject({
      code: 'INVALID_INPUT',
      field: 'email',
    });
    expect((await ask({ ...organization, slug: 'nobodys' }, `ada@${domain}`)).code).toBe('NOT_FOUND');
    expect((await ask({ ...organization, slug: "x' or 1" }, `ada@${domain}`)).code).toBe('NOT_FOUND');
    for (const wrong of [{ password: 'short' }, { givenName: ' ' }, { familyName: 'Ada\u202Enimda' }]) {
      const [field] = Object.keys(wrong);
      expect((await register(wrong)).error.extensions).toMatchObject({ code: 'INVALID_INPUT', field });
    }
    for (const bad of [`${token}x`, 'x', '\u0000', 'a'.repeat(250)]) {
      expect((await register({ token: bad })).code).toBe('NOT_FOUND');
    }
    await updatePlan(organization.context, { seats: 0 });
    expect((await register({})).code).toBe('LIMIT_EXCEEDED');
    expect((await ask(organization, `bob@${domain}`)).code).toBe('LIMIT_EXCEEDED');
    await updatePlan(organization.context, { seats: 9 });
    expect((await register({})).data.registerUser.license).toBe('HELD');
  });

  it('abuse 18: known and unknown hear the same', async () => {
    const { organization, domain } = await openOrganization(product);
    await organization.graphql(`mutation { inviteUser(input: {email: "guest@${domain}"}) { id } }`);
    await product.sql(
      'insert into users (organization_id, id, email, email_key) values ($1, gen_random_uuid(), $2, $2)',
      [organization.id, `known@${domain}`],
    );
    const heard = await Promise.all(
      ['known', 'unknown', 'guest'].map((name) => ask(organization, `${name}@${domain}`)),
    );
    expect(new Set(heard.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
  });
});

describe('acceptInvitation: by the link of the mail, over GraphQL alone (B34)', () => {
  it('is done once, however many try at once', async () => {
    const { organization, domain } = await openOrganization(product);
    const token = await invite(organization, `edsger@${domain}`);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => visit(ACCEPT, { input: { token, ...ADA } })),
    );
    expect(answers.filter(({ data }) => data !== null)).toHaveLength(1);
    expect(new Set(answers.map(({ code }) => code))).toEqual(new Set([undefined, 'NOT_FOUND']));
    const people = await organization.graphql(
      '{ users(filter: "name.givenName eq \\"Ada\\"") { totalCount } }',
    );
    expect(people.body.data.users.totalCount).toBe(1);
  });

  it('abuse 23: a link of another purpose, a replaced one, and the host of another organization open nothing', async () => {
    const [{ organization, domain }, other] = [await openOrganization(product), await product.organization()];
    const first = await invite(organization, `edsger@${domain}`);
    const [row] = await product.sql<{ id: string }>('select id from invitations where organization_id = $1', [
      organization.id,
    ]);
    const look = (token: string, purpose = 'INVITATION', headers = {}) =>
      visit(LOOK, { purpose, token }, { headers });
    expect((await look(first)).data.mailedLink.isOpen).toBe(true);
    await organization.graphql('mutation ($id: ID!) { resendInvitation(id: $id) { id } }', { id: row?.id });
    expect((await look(first)).data.mailedLink.isOpen).toBe(false);
    expect((await visit(ACCEPT, { input: { token: first, ...ADA } })).code).toBe('NOT_FOUND');
    const token = await tokenOf(organization, 'invitation');
    expect((await look(token, 'VERIFICATION')).code).toBe('NOT_FOUND');
    expect((await visit(REGISTER, { input: { token, ...ADA } })).code).toBe('NOT_FOUND');
    const theirs = { host: `${other.slug}.localhost` };
    expect((await look(token, 'INVITATION', theirs)).code).toBe('NOT_FOUND');
    const there = await visit(ACCEPT, { input: { token, ...ADA } }, { headers: theirs });
    expect(there.code).toBe('NOT_FOUND');
    expect((await visit(ACCEPT, { input: { token, ...ADA } })).data.acceptInvitation.organization.slug).toBe(
      organization.slug,
    );
  });
});

describe('abuse 11: brute/alias-login: attempts are counted by resolver call', () => {
  it('100 guesses for one mailbox: 5 are tried, the others are 429 with Retry-After', async () => {
    const { organization, domain } = await openOrganization(product);
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, n) =>
        ask(organization, `ada@${domain}`, { client: `198.51.100.${n}` }),
      ),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(5);
    const refused = answers.filter(({ status, code }) => status === 429 && code === 'RATE_LIMITED');
    expect(refused).toHaveLength(95);
    expect(refused[0]?.error.extensions.retryAfter).toBeGreaterThan(3_000);
    expect(await mailsOf(product, organization)).toHaveLength(5);
  });

  it.each([2, 15, 100])('%s aliases in one document are not tried at all', async (count) => {
    const { organization, domain } = await openOrganization(product);
    const one = `requestAccess(input: {organization: "${organization.slug}", email: "ada@${domain}"}) { linkHours }`;
    const many = Array.from({ length: count }, (_, n) => `a${n}: ${one}`).join(' ');
    const { status, code } = await visit(`mutation { ${many} }`);
    // What is too long for a visitor is not parsed: then it is like any request without a credential.
    expect([`400 LIMIT_EXCEEDED`, '401 UNAUTHENTICATED']).toContain(`${status} ${code}`);
    expect(await mailsOf(product, organization)).toEqual([]);
  });

  it('the page and the API count together', async () => {
    const { organization, domain } = await openOrganization(product);
    for (const _ask of [1, 2, 3]) await ask(organization, `ada@${domain}`);
    const page = () =>
      product.app.inject({
        method: 'POST',
        url: `/signin/${organization.slug}`,
        headers: {
          host: '127.0.0.1:4000',
          origin: 'http://127.0.0.1:4000',
          'content-type': 'application/x-www-form-urlencoded',
        },
        payload: `email=${encodeURIComponent(`ada@${domain}`)}`,
      });
    expect([(await page()).statusCode, (await page()).statusCode, (await page()).statusCode]).toEqual([
      200, 200, 429,
    ]);
    expect((await ask(organization, `ada@${domain}`)).code).toBe('RATE_LIMITED');
  });

  it('60 registrations an hour from one client, whatever is in them', async () => {
    const { organization, domain } = await openOrganization(product);
    const token = await invite(organization, `edsger@${domain}`);
    const wrong = { input: { token, ...ADA, password: 'short' } };
    const codes = [];
    for (let n = 0; n < 61; n += 1) codes.push((await visit(ACCEPT, wrong)).code);
    expect(codes.slice(0, 60).every((code) => code === 'INVALID_INPUT')).toBe(true);
    expect(codes[60]).toBe('RATE_LIMITED');
  });
});

describe('abuse 9, 10: what is open without a credential', () => {
  const closed = fields.filter(({ name }) => !VISITOR_FIELDS.has(name));

  it('is five fields, and the schema has them', () => {
    expect(fields.length - closed.length).toBe(VISITOR_FIELDS.size);
    expect(VISITOR_FIELDS.size).toBe(5);
  });

  it('every other field is 401 and changes nothing, alone and beside one that is open', async () => {
    const world = await makeWorld(product);
    const before = await digestOf(product);
    const heard: Record<string, string> = {};
    const open = `landingPage(organization: "${world.organization.slug}") { slug }`;
    const say = async (field: RootField, query: string, as: string) => {
      const { status, code } = await visit(query, GRAPHQL_CASES[field.name]?.(world)[0]);
      if (status !== 401 || code !== 'UNAUTHENTICATED') heard[`${field.name} ${as}`] = `${status} ${code}`;
    };
    for (const field of closed) {
      await say(field, documentFor(field), 'alone');
      if (field.kind === 'query') await say(field, `{ ${open} ${field.name} }`, 'in company');
    }
    expect(heard).toEqual({});
    expect(await digestOf(product)).toEqual(before);
  });

  it.each([
    ['introspection', '{ __schema { types { name } } }'],
    ['a fragment', 'query { ...F } fragment F on Query { landingPage(organization: "acme") { slug } }'],
    ['an inline fragment', '{ ... { landingPage(organization: "acme") { slug } } }'],
    [
      'two operations',
      'query A { landingPage(organization: "acme") { slug } } query B { organization { id } }',
    ],
    ['a subscription', 'subscription { landingPage(organization: "acme") { slug } }'],
    ['a document of 2,001 characters', `{ landingPage(organization: "acme") { slug } }${' '.repeat(1_955)}`],
    ['a document that does not parse', '{ landingPage('],
    ['nothing', ''],
  ])('%s is 401', async (_what, query) => {
    expect(await visit(query)).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
  });

  it('a wrong credential is not a missing one, and an Idempotency-Key needs one', async () => {
    const { slug } = await product.organization();
    const open = `{ landingPage(organization: "${slug}") { slug } }`;
    for (const authorization of ['', 'Bearer x', 'Basic eDp4']) {
      expect((await visit(open, {}, { headers: { authorization } })).status).toBe(401);
    }
    const keyed = await visit(
      ASK,
      { input: { organization: slug, email: 'a@b.example' } },
      {
        headers: { 'idempotency-key': 'one' },
      },
    );
    expect(keyed.error.extensions).toMatchObject({ code: 'INVALID_INPUT', field: 'Idempotency-Key' });
    const foreign = await visit(open, {}, { headers: { 'sec-fetch-site': 'cross-site' } });
    expect(foreign).toMatchObject({ status: 403, code: 'FORBIDDEN' });
  });
});
