import { sql } from 'kysely';
import { z } from 'zod';
import { verifyPassword } from '../../src/access/password.js';
import { command } from '../../src/kernel/operation.js';
import { consumeLink } from '../../src/mail/links.js';
import { updateOrganization } from '../../src/organizations/update-organization.js';
import { updatePlan } from '../../src/organizations/update-plan.js';
import { newUser } from '../support/people.js';
import { startProduct, type TestProduct } from '../support/product.js';
import { ask, linkFor, mailsOf, openOrganization, REGISTRATION, visit } from './pages.js';

let product: TestProduct;

beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.close());

const invitationsOf = (organizationId: string) =>
  product.sql('select email, source, state, user_id from invitations where organization_id = $1', [
    organizationId,
  ]);

describe('registerUser: a stranger with an address of an approved domain (B36)', () => {
  it('asks, is pending, follows the link, registers with a password and holds a license', async () => {
    const { organization, domain } = await openOrganization(product);
    const path = await linkFor(product, organization, `Ada@${domain}`);
    expect(await invitationsOf(organization.id)).toEqual([
      { email: `ada@${domain}`, source: 'domain', state: 'pending', user_id: null },
    ]);
    for (const _look of [1, 2, 3]) expect((await visit(product, path)).body).toContain('name="password"');
    const done = await visit(product, path, REGISTRATION);
    expect([done.status, done.body]).toEqual([200, expect.stringContaining('You are registered')]);
    const [person] = await product.sql(
      `select u.id, u.email, u.given_name, u.role, u.license, u.connection_id, p.hash from users u
       join passwords p on p.user_id = u.id where u.organization_id = $1`,
      [organization.id],
    );
    expect(person).toMatchObject({
      email: `ada@${domain}`,
      given_name: 'Ada',
      role: 'user',
      license: 'standard',
      connection_id: null,
    });
    expect(await verifyPassword(REGISTRATION.password, person?.hash)).toBe(true);
    expect(await invitationsOf(organization.id)).toEqual([
      { email: `ada@${domain}`, source: 'domain', state: 'accepted', user_id: person?.id },
    ]);
    const audit = await product.sql<{ action: string; actor_kind: string; details: object }>(
      `select action, actor_kind, details from audit_log where organization_id = $1 and actor_kind = 'visitor' order by id`,
      [organization.id],
    );
    expect(audit.map(({ action }) => action)).toEqual(['access.requested', 'user.registered']);
    expect(JSON.stringify(audit)).not.toMatch(/ada|lovelace/i);
    const again = await visit(product, path, REGISTRATION);
    expect([again.status, again.body]).toEqual([410, expect.stringContaining('no longer works')]);
  });

  it('abuse 23: 59:59 after the mail the link works, 60:00 after it does not, by the clock of the database', async () => {
    const { organization, domain } = await openOrganization(product);
    const [early, late] = [
      await linkFor(product, organization, `early@${domain}`),
      await linkFor(product, organization, `late@${domain}`),
    ];
    const [first, second] = await product.sql<{ id: string }>(
      'select id from links where organization_id = $1 order by id',
      [organization.id],
    );
    const [hour] = await product.sql<{ is_hour: boolean }>(
      `select bool_and(expires_at - created_at = interval '1 hour') as is_hour from links where organization_id = $1`,
      [organization.id],
    );
    expect(hour).toEqual({ is_hour: true });
    const age = (id: string | undefined, by: string) =>
      product.sql(
        `update links set expires_at = expires_at - $2::interval, created_at = created_at - $2::interval where id = $1`,
        [id, by],
      );
    await age(second?.id, '60 minutes');
    expect((await visit(product, late)).status).toBe(410);
    expect((await visit(product, late, REGISTRATION)).status).toBe(410);
    // Another five seconds are left to this machine for asking.
    await age(first?.id, '59 minutes 30 seconds');
    expect((await visit(product, early)).status).toBe(200);
    expect((await visit(product, early, REGISTRATION)).status).toBe(200);
  });

  it('abuse 23: to the second: 59:59 is in time and 60:00 is not, with the clock of one transaction', async () => {
    const { organization, domain } = await openOrganization(product);
    const path = await linkFor(product, organization, `ada@${domain}`);
    const useAfter = command({
      permission: 'access:request',
      input: z.object({ age: z.string() }),
      audit: () => undefined,
      async run(tx, { age }) {
        await tx.rows(sql`update links set created_at = now() - ${age}::interval,
          expires_at = now() - ${age}::interval + (expires_at - created_at)
          where organization_id = ${tx.context.organizationId}`);
        const link = await consumeLink(tx, 'verification', path.split('/').at(-1) ?? '');
        return link !== undefined;
      },
    });
    expect(await useAfter(organization.context, { age: '60 minutes' })).toBe(false);
    expect(await useAfter(organization.context, { age: '59 minutes 59 seconds' })).toBe(true);
    expect(await useAfter(organization.context, { age: '1 second' })).toBe(false);
  });

  it('abuse 23: of 200 parallel uses of one link exactly one registers', async () => {
    const { organization, domain } = await openOrganization(product);
    const path = await linkFor(product, organization, `ada@${domain}`);
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        visit(product, path, REGISTRATION, { client: `198.51.100.${index}` }),
      ),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    // Used up, known by now, or turned away because too many passwords wait to be hashed.
    expect(statuses.filter((status) => ![200, 409, 410, 503].includes(status))).toEqual([]);
    const people = await product.sql(`select id from users where organization_id = $1 and role = 'user'`, [
      organization.id,
    ]);
    expect(people).toHaveLength(1);
  }, 120_000);

  it('abuse 23: a token of another organization, of another purpose, forged or cut opens nothing', async () => {
    const { organization, domain } = await openOrganization(product);
    const path = await linkFor(product, organization, `ada@${domain}`);
    const token = path.split('/').at(-1) ?? '';
    const flipped = `${token.slice(0, -2)}${token.endsWith('AA') ? 'BB' : 'AA'}`;
    for (const bad of [flipped, token.slice(0, -1), 'x', '%00', `${token}.`, 'a'.repeat(250)]) {
      expect((await visit(product, `/signin/verification/${bad}`)).status).toBe(404);
      expect((await visit(product, `/signin/verification/${bad}`, REGISTRATION)).status).toBe(404);
    }
    const other = await openOrganization(product);
    const headers = { host: `${other.organization.slug}.localhost:4000` };
    expect((await visit(product, path, undefined, { headers })).status).toBe(404);
    expect((await visit(product, path)).status).toBe(200);
  });

  it('removing the domain, or revoking, ends what was asked for through it', async () => {
    const { organization, domain, approvalId } = await openOrganization(product);
    const path = await linkFor(product, organization, `ada@${domain}`);
    await organization.graphql(`mutation { removeApprovedDomain(id: "${approvalId}") }`);
    expect((await visit(product, path, REGISTRATION)).status).toBe(410);
    expect((await ask(product, organization, `bob@${domain}`)).status).toBe(403);
    expect(await invitationsOf(organization.id)).toMatchObject([{ state: 'revoked' }]);
  });

  it('SCIM provisions the person in between: the invitation is consumed and the link is over (B14)', async () => {
    const { organization, domain } = await openOrganization(product);
    const path = await linkFor(product, organization, `ada@${domain}`);
    const answer = await organization.scim(
      'POST',
      '/Users',
      newUser('ada', { emails: [{ value: `ada@${domain}`, type: 'work' }] }),
    );
    expect(answer.status).toBe(201);
    expect(await invitationsOf(organization.id)).toMatchObject([{ state: 'consumed' }]);
    expect((await visit(product, path, REGISTRATION)).status).toBe(410);
  });
});

describe('registerUser without a free license (B35, B36)', () => {
  it('refuse: nobody is made to verify for nothing, and a seat lost in between leaves no person behind', async () => {
    const { organization, domain } = await openOrganization(product, 1);
    const path = await linkFor(product, organization, `ada@${domain}`);
    await updatePlan(organization.context, { seats: 0 });
    const full = await visit(product, path, REGISTRATION);
    expect([full.status, full.body]).toEqual([409, expect.stringContaining('All licenses are taken')]);
    const asked = await ask(product, organization, `bob@${domain}`);
    expect([asked.status, asked.body]).toEqual([409, expect.stringContaining('All licenses are taken')]);
    expect(
      await product.sql(`select from users where organization_id = $1 and role = 'user'`, [organization.id]),
    ).toEqual([]);
    await updatePlan(organization.context, { seats: 1 });
    expect((await visit(product, path, REGISTRATION)).status).toBe(200);
  });

  it('wait: the person is registered and stands in line', async () => {
    const { organization, domain } = await openOrganization(product, 0);
    await updateOrganization(organization.context, {
      whenNoLicenseIsFree: 'wait',
      contact: 'IT <desk> 4711',
    });
    const path = await linkFor(product, organization, `ada@${domain}`);
    const answer = await visit(product, path, REGISTRATION);
    expect(answer.body).toContain('stand in line');
    expect(answer.body).toContain('IT &lt;desk&gt; 4711');
    const [user] = await product.sql<{ license: string | null; waits: boolean }>(
      `select u.license, r.user_id is not null as waits from users u left join license_requests r on r.user_id = u.id
       where u.organization_id = $1 and u.role = 'user'`,
      [organization.id],
    );
    expect(user).toEqual({ license: null, waits: true });
  });
});

describe('abuse 17: look-alikes', () => {
  it.each([
    ['ADA', 'ada'],
    ['\uFF21da', 'ada'],
    ['\u212Bke', '\u00E5ke'],
    ['\u212Aim', 'kim'],
    ['jo\u017F\u00E9', 'jos\u00E9'],
    ['jose\u0301', 'jos\u00E9'],
  ])('%s and %s are one mailbox, and one person', async (one, other) => {
    const { organization, domain } = await openOrganization(product);
    const path = await linkFor(product, organization, `${one}@${domain}`);
    expect((await visit(product, path, REGISTRATION)).status).toBe(200);
    const second = await linkFor(product, organization, `${other}@${domain}`);
    expect((await visit(product, second, REGISTRATION)).status).toBe(409);
    const mails = await mailsOf(product, organization);
    expect(new Set(mails.map(({ recipient }) => recipient)).size).toBe(1);
  });

  it.each([
    ['stra\u00DFe', 'strasse'],
    ['adm\u0131n', 'admin'],
    ['\u0430da', 'ada'],
  ])('%s and %s are two mailboxes: neither opens what was sent to the other', async (one, other) => {
    const { organization, domain } = await openOrganization(product);
    const [first, second] = [
      await linkFor(product, organization, `${one}@${domain}`),
      await linkFor(product, organization, `${other}@${domain}`),
    ];
    expect((await visit(product, first, REGISTRATION)).status).toBe(200);
    expect((await visit(product, second, REGISTRATION)).status).toBe(200);
    const recipients = (await mailsOf(product, organization)).map(({ recipient }) => recipient);
    expect(recipients).toEqual([`${one}@${domain}`, `${other}@${domain}`]);
  });

  it('two spellings of one domain are one mailbox; a homoglyph, a subdomain and a parent are other domains', async () => {
    const { organization } = await openOrganization(product);
    const name = `stra\u00DFe-${organization.slug}.example`;
    const approved = await organization.graphql(`mutation { approveDomain(domain: "${name}") { domain } }`);
    const ascii = approved.body.data.approveDomain.domain as string;
    expect(ascii).toMatch(/^xn--/);
    const path = await linkFor(product, organization, `ada@${name}`);
    expect((await visit(product, path, REGISTRATION)).status).toBe(200);
    const second = await linkFor(product, organization, `ada@${ascii}`);
    expect((await visit(product, second, REGISTRATION)).status).toBe(409);
    for (const other of [`sub.${name}`, name.replace('a', '\u0430'), 'example', `${name}.evil.example`]) {
      expect((await ask(product, organization, `ada@${other}`)).status).toBe(403);
    }
  });
});

describe('what is typed into the form', () => {
  it.each([
    ['a short password', { password: 'short' }],
    ['no last name', { familyName: ' ' }],
    ['a name that turns the text around', { givenName: 'Ada\u202Enimda' }],
    ['a name with a line break', { givenName: 'Ada\nBcc' }],
    ['NUL', { givenName: 'A\u0000da' }],
  ])('%s is asked for again, and the link still works', async (_what, wrong) => {
    const { organization, domain } = await openOrganization(product);
    const path = await linkFor(product, organization, `ada@${domain}`);
    const answer = await visit(product, path, { ...REGISTRATION, ...wrong });
    expect([answer.status, answer.body]).toEqual([400, expect.stringContaining('role="alert"')]);
    expect((await visit(product, path, REGISTRATION)).status).toBe(200);
  });
});
