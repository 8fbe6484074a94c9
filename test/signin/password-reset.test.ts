import { hashPassword } from '../../src/access/password.js';
import { linkToken } from '../../src/mail/links.js';
import { renderMail } from '../../src/mail/render-mail.js';
import { newUser } from '../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';
import { Browser } from './browser.js';
import { mailsOf, visit } from './pages.js';

let product: TestProduct;
let organization: TestOrganization;
let oldHash: string;
const OLD = 'correct horse battery';
const NEW = 'another horse entirely';

beforeAll(async () => {
  product = await startProduct();
  oldHash = await hashPassword(OLD);
});
beforeEach(async () => {
  organization = await product.organization();
});
afterAll(() => product.close());

async function register(name: string, columns = ''): Promise<string> {
  const [row] = await product.sql<{ id: string }>(
    `insert into users (organization_id, id, email, email_key) values ($1, gen_random_uuid(), $2, lower($2)) returning id`,
    [organization.id, `${name}@p.example`],
  );
  const id = row?.id ?? '';
  await product.sql('insert into passwords (organization_id, user_id, hash) values ($1, $2, $3)', [
    organization.id,
    id,
    oldHash,
  ]);
  if (columns) await product.sql(`update users set ${columns} where id = $1`, [id]);
  return id;
}
let clients = 0;
const forget = (email: string) => {
  clients += 1;
  const client = `198.51.100.${clients % 250}`;
  return visit(product, `/signin/${organization.slug}/forgot`, { email }, { client });
};
const pathOf = (linkId: string | undefined) =>
  `/signin/reset/${linkToken(product.database.secretKey, 'password-reset', linkId ?? '')}`;
async function linkFor(name: string): Promise<string> {
  expect((await forget(`${name}@p.example`)).status).toBe(200);
  return pathOf((await mailsOf(product, organization)).at(-1)?.values.linkId);
}
const signIn = async (name: string, password: string) => {
  const browser = new Browser(product);
  const answer = await browser.send('POST', `/signin/${organization.slug}/password`, {
    form: { email: `${name}@p.example`, password },
    headers: { origin: 'http://127.0.0.1:4000' },
  });
  return { browser, status: answer.statusCode };
};

describe('a forgotten password', () => {
  it('is replaced by the link of a mail: GET shows it however often, POST uses it up and ends every session', async () => {
    const id = await register('Ada');
    const page = await visit(product, `/signin/${organization.slug}`);
    expect(page.body).toContain(`href="/signin/${organization.slug}/forgot"`);
    expect((await visit(product, `/signin/${organization.slug}/forgot`)).body).toContain('name="email"');
    const { browser } = await signIn('ada', OLD);
    const path = await linkFor('ADA');
    for (const _look of [1, 2, 3]) expect((await visit(product, path)).body).toContain('name="password"');
    const short = await visit(product, path, { password: 'short' });
    expect([short.status, (await signIn('ada', OLD)).status]).toEqual([400, 303]);
    const done = await visit(product, path, { password: NEW });
    expect([done.status, done.body]).toEqual([200, expect.stringContaining('Your password was changed')]);
    expect([(await signIn('ada', OLD)).status, (await signIn('ada', NEW)).status]).toEqual([403, 303]);
    const home = await browser.send('GET', `/signin/${organization.slug}/home`);
    expect([home.statusCode, home.headers.location]).toEqual([303, `/signin/${organization.slug}`]);
    const ended = await product.sql(
      `select distinct ended_because from sessions where user_id = $1 and ended_at is not null`,
      [id],
    );
    expect(ended).toEqual([{ ended_because: 'password changed' }]);
    for (const again of [await visit(product, path), await visit(product, path, { password: OLD })]) {
      expect(again.status).toBe(410);
    }
    const kinds = (await mailsOf(product, organization)).map(({ kind, recipient }) => [kind, recipient]);
    expect(kinds).toEqual([
      ['password-reset', 'ada@p.example'],
      ['password-changed', 'ada@p.example'],
    ]);
    const audit = await product.sql(
      `select action, details from audit_log where organization_id = $1 and action like 'password.%' order by id`,
      [organization.id],
    );
    expect(audit.map(({ action }) => action)).toEqual(['password.resetRequested', 'password.reset']);
    expect(JSON.stringify(audit)).not.toContain('ada@');
  });

  it('abuse 18: the answer says nothing of who is here: same status, same bytes, whoever asks for whom', async () => {
    await register('known');
    await register('gone', `active = false, deactivated_by = 'admin'`);
    await organization.scim(
      'POST',
      '/Users',
      newUser('managed', { emails: [{ value: 'managed@p.example', type: 'work' }] }),
    );
    const answers = await Promise.all(
      ['known', 'gone', 'managed', 'nobody'].map((name) => forget(`${name}@p.example`)),
    );
    const seen = answers.map(({ status, body, headers: { date: _d, 'x-request-id': _i, ...headers } }) =>
      JSON.stringify({ status, body, headers }),
    );
    expect([new Set(seen).size, answers[0]?.status]).toEqual([1, 200]);
    const mails = await mailsOf(product, organization);
    expect(Object.fromEntries(mails.map(({ recipient, kind }) => [recipient, kind]))).toEqual({
      'known@p.example': 'password-reset',
      'managed@p.example': 'provider-sign-in',
    });
  });

  it('abuse 23: 59:59 is in time, 60:00 is not, by the clock of the database', async () => {
    await register('late');
    const path = await linkFor('late');
    const age = (time: string) =>
      product.sql(`update links set expires_at = now() + interval '1 hour' - interval '${time}'`);
    await age('60 minutes');
    expect([
      (await visit(product, path)).status,
      (await visit(product, path, { password: NEW })).status,
    ]).toEqual([410, 410]);
    await age('59 minutes 30 seconds');
    expect((await visit(product, path, { password: NEW })).status).toBe(200);
  });

  it('abuse 23: of 20 uses at the same time one succeeds, and it voids every other link', async () => {
    await register('raced');
    const other = await linkFor('raced');
    const path = await linkFor('raced');
    const statuses = await Promise.all(
      Array.from({ length: 20 }, async (_, n) => {
        const password = `password number ${n}`;
        return (await visit(product, path, { password }, { client: `203.0.113.${n}` })).status;
      }),
    );
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect((await visit(product, other, { password: NEW })).status).toBe(410);
  });

  const VOIDED: [string, (id: string) => Promise<unknown>][] = [
    [
      'the person is deactivated',
      (id) => product.sql(`update users set active = false, deactivated_by = 'admin' where id = $1`, [id]),
    ],
    [
      'they come back after that',
      async (id) => {
        await product.sql(`update users set active = false, deactivated_by = 'admin' where id = $1`, [id]);
        await product.sql(`update users set active = true, deactivated_by = null where id = $1`, [id]);
      },
    ],
    [
      'their address is another one (GitLab CVE-2022-1680)',
      (id) =>
        product.sql(`update users set email = 'x@y.example', email_key = 'x@y.example' where id = $1`, [id]),
    ],
    [
      'a provider has come to vouch for them',
      async (id) => {
        const sso = `insert into sso_connections (organization_id, id, kind, status) values ($1, gen_random_uuid(), 'saml', 'active') returning id`;
        const [connection] = await product.sql<{ id: string }>(sso, [organization.id]);
        await product.sql(
          `insert into identities (organization_id, connection_id, subject, user_id) values ($1, $2, 's', $3)`,
          [organization.id, connection?.id, id],
        );
      },
    ],
    [
      'SCIM adopted them',
      async () =>
        organization.scim(
          'POST',
          '/Users',
          newUser('void', { emails: [{ value: 'void@p.example', type: 'work' }] }),
        ),
    ],
  ];
  it.each(VOIDED)('abuse 3: the link opens nothing once %s', async (_what, happen) => {
    const id = await register('void');
    const path = await linkFor('void');
    await happen(id);
    expect((await visit(product, path, { password: NEW })).status).toBe(410);
    const [row] = await product.sql<{ hash: string }>('select hash from passwords where user_id = $1', [id]);
    expect([undefined, oldHash]).toContain(row?.hash);
  });

  it('abuse 3 (GitLab CVE-2022-1680): an owner whose address SCIM changed gets no link at the new address', async () => {
    const created = await organization.scim(
      'POST',
      '/Users',
      newUser('boss', { emails: [{ value: 'boss@p.example', type: 'work' }] }),
    );
    await product.sql(`update users set role = 'owner' where id = $1`, [created.body.id]);
    await product.sql('insert into passwords (organization_id, user_id, hash) values ($1, $2, $3)', [
      organization.id,
      created.body.id,
      oldHash,
    ]);
    await organization.scim('PUT', `/Users/${created.body.id}`, {
      ...newUser('boss', { emails: [{ value: 'evil@p.example', type: 'work' }] }),
    });
    await forget('evil@p.example');
    await forget('boss@p.example');
    const mails = await mailsOf(product, organization);
    expect(mails.filter(({ kind, values }) => kind === 'password-reset' || values.linkId)).toEqual([]);
  });

  it('abuse 11: five mails an hour to one mailbox; abuse 23: another organization, purpose or text opens nothing', async () => {
    await register('often');
    const statuses: number[] = [];
    for (let n = 0; n < 7; n += 1)
      statuses.push((await forget(`${n % 2 ? 'OFTEN' : 'often'}@p.example`)).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429]);
    const mails = await mailsOf(product, organization);
    expect(mails).toHaveLength(5);
    const token = pathOf(mails[0]?.values.linkId).split('/').at(-1);
    const other = await product.organization();
    const elsewhere = await visit(product, `/signin/reset/${token}`, undefined, {
      headers: { host: `${other.slug}.localhost:4000` },
    });
    const wrongDoor = await visit(product, `/signin/verification/${token}`);
    const cut = await visit(product, `/signin/reset/${token?.slice(0, -2)}`);
    expect([elsewhere.status, wrongDoor.status, cut.status]).toEqual([404, 404, 404]);
    const foreign = await visit(
      product,
      `/signin/${organization.slug}/forgot`,
      { email: 'often@p.example' },
      {
        headers: { origin: 'https://evil.example' },
      },
    );
    expect(foreign.status).toBe(403);
  });

  it.each([
    ['en', 'Choose another password', 'one hour'],
    ['de', 'Neues Passwort', 'eine Stunde'],
    ['ko', '비밀번호 재설정', '1시간'],
  ] as const)('is written about in %s', (language, subject, time) => {
    const mail = {
      kind: 'password-reset',
      language,
      organizationName: 'Acme',
      slug: 'acme',
      values: { linkId: '0190a000-0000-7000-8000-000000000000', hours: 1 },
    };
    const written = renderMail(mail as never, {
      secretKey: 'k',
      pageUrl: (_slug, path) => `https://id.example${path}`,
      showsLinks: true,
    });
    expect(written.subject).toContain(subject);
    expect(written.text).toContain(time);
    expect(written.text).toContain('https://id.example/signin/reset/');
  });
});
