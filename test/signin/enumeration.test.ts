import { newUser } from '../support/people.js';
import { startProduct, type TestProduct } from '../support/product.js';
import { mannWhitney } from './mann-whitney.js';
import { ask, linkFor, mailsOf, openOrganization, REGISTRATION, visit } from './pages.js';

let product: TestProduct;

beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.close());

/** Of each kind; asked a few at a time, in an order that favours neither. */
const ASKED = 200;
const AT_ONCE = 20;
/** Chance alone finds a difference once in a hundred rounds; three times in a row it is the product. */
const ROUNDS = 3;

describe('requestAccess tells nobody who is here (abuse 18)', () => {
  it('200 known and 200 unknown addresses: same status, same bytes, same mail but for the mailbox, same time', async () => {
    for (let round = 1; ; round += 1) {
      const { known, unknown } = await askAll();
      const probability = mannWhitney(known, unknown);
      if (probability > 0.01) return;
      if (round === ROUNDS) throw new Error(`The times differ: p = ${probability}.`);
    }
  }, 120_000);

  it('and the test of times sees two milliseconds among twenty', () => {
    // Both halves of a fixed sequence are spread alike; one of them is moved.
    const spread = (offset: number) =>
      Array.from({ length: ASKED }, (_, n) => 150 + (((n + offset) * 7_919) % 1_000) / 50);
    expect(mannWhitney(spread(0), spread(500))).toBeGreaterThan(0.01);
    expect(
      mannWhitney(
        spread(0),
        spread(500).map((ms) => ms + 2),
      ),
    ).toBeLessThan(0.01);
    expect(mannWhitney([1, 1, 1], [1, 1, 1])).toBe(1);
  });

  it('someone known who follows the link learns it there, and nothing of them changes', async () => {
    const { organization, domain } = await openOrganization(product);
    const path = await linkFor(product, organization, `ada@${domain}`);
    await visit(product, path, REGISTRATION);
    const again = await linkFor(product, organization, `ada@${domain}`);
    const before = await product.sql('select hash from passwords where organization_id = $1', [
      organization.id,
    ]);
    const answer = await visit(product, again, { ...REGISTRATION, password: 'taken over by a mail' });
    expect([answer.status, answer.body]).toEqual([409, expect.stringContaining('registered already')]);
    expect(
      await product.sql('select hash from passwords where organization_id = $1', [organization.id]),
    ).toEqual(before);
  });

  it('whom an identity provider manages gets no link, but the way to it; the page says the same (abuse 3)', async () => {
    const { organization, domain } = await openOrganization(product);
    const email = `managed@${domain}`;
    const pushed = await organization.scim(
      'POST',
      '/Users',
      newUser('managed', { emails: [{ value: email, type: 'work' }] }),
    );
    const [known, unknown] = [
      await ask(product, organization, email),
      await ask(product, organization, `nobody@${domain}`),
    ];
    expect(known.body).toBe(unknown.body);
    await organization.scim('DELETE', `/Users/${pushed.body.id}`);
    await ask(product, organization, email);
    const mails = (await mailsOf(product, organization)).filter(({ recipient }) => recipient === email);
    expect(mails.map(({ kind, values }) => [kind, values.linkId])).toEqual([
      ['provider-sign-in', undefined],
      ['provider-sign-in', undefined],
    ]);
  });

  it('a wrong domain is told so by design, whoever has the address', async () => {
    const { organization } = await openOrganization(product);
    const elsewhere = await ask(product, organization, `owner@elsewhere.example`);
    expect([elsewhere.status, elsewhere.body]).toEqual([403, expect.stringContaining('Not invited')]);
    expect(await mailsOf(product, organization)).toEqual([]);
  });
});

describe('abuse 11: attempts are counted in PostgreSQL', () => {
  it('5 mails an hour to one mailbox, however its address is written and wherever it comes from', async () => {
    const { organization, domain } = await openOrganization(product);
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) => {
        const spelling = index % 2 === 0 ? `Ada@${domain}` : `ada@${domain.toUpperCase()}`;
        return ask(product, organization, spelling, `198.51.100.${index}`);
      }),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(5);
    expect(statuses.filter((status) => status === 429)).toHaveLength(95);
    expect(await mailsOf(product, organization)).toHaveLength(5);
    const last = await ask(product, organization, `ada@${domain}`);
    expect(Number(last.headers['retry-after'])).toBeGreaterThan(3_000);
    expect(last.body).toContain('Too many attempts');
    await product.sql(`update attempts set expires_at = now() where organization_id = $1`, [organization.id]);
    expect((await ask(product, organization, `ada@${domain}`)).status).toBe(200);
  });

  it('60 requests an hour from one client, wrong domains included; an IPv6 /64 is one client', async () => {
    const { organization, domain } = await openOrganization(product);
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        ask(
          product,
          organization,
          `p${index}@${index % 2 ? domain : 'wrong.example'}`,
          `2001:db8:1:2::${index}`,
        ),
      ),
    );
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(40);
    const other = await ask(product, organization, `other@${domain}`, '2001:db8:1:3::1');
    expect(other.status).toBe(200);
  });
});

/** Asks for as many people who are here as for ones who are not; the milliseconds of each answer. */
async function askAll(): Promise<{ known: number[]; unknown: number[] }> {
  const { organization, domain } = await openOrganization(product, 1_000);
  const name = (kind: string, index: number) => `${kind}${String(index).padStart(3, '0')}@${domain}`;
  await product.sql(
    `insert into users (organization_id, id, email, email_key) select $1, gen_random_uuid(), e, e from unnest($2::text[]) e`,
    [organization.id, Array.from({ length: ASKED }, (_, index) => name('k', index))],
  );
  const answers = { k: [] as number[], u: [] as number[] };
  const distinct = new Set<string>();
  const askOnce = async (kind: 'k' | 'u', index: number): Promise<void> => {
    const start = performance.now();
    const { status, body, headers } = await ask(
      product,
      organization,
      name(kind, index),
      `198.51.100.${index}`,
    );
    answers[kind].push(performance.now() - start);
    const { date: _date, 'x-request-id': _id, ...same } = headers;
    distinct.add(JSON.stringify({ status, body, same }));
  };
  for (let from = 0; from < ASKED; from += AT_ONCE / 2) {
    const some = Array.from({ length: AT_ONCE / 2 }, (_, index) => from + index);
    const order = (index: number) => (index % 2 === 0 ? (['k', 'u'] as const) : (['u', 'k'] as const));
    await Promise.all(some.flatMap((index) => order(index).map((kind) => askOnce(kind, index))));
  }
  expect([...distinct]).toHaveLength(1);
  expect([...distinct][0]).toContain('"status":200');
  expect([...distinct][0]).not.toContain(domain);
  const mails = await mailsOf(product, organization);
  expect(new Set(mails.map(({ recipient }) => recipient)).size).toBe(2 * ASKED);
  const blank = mails.map(({ kind, language, state, values }) => ({
    kind,
    language,
    state,
    hasLink: values.linkId !== undefined,
  }));
  expect(new Set(blank.map((mail) => JSON.stringify(mail)))).toEqual(
    new Set([JSON.stringify({ kind: 'verification', language: 'en', state: 'queued', hasLink: true })]),
  );
  return { known: answers.k, unknown: answers.u };
}
