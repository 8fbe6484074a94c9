import { newId } from '../../src/kernel/ids.js';
import { claimMails } from '../../src/mail/claim-mails.js';
import { handOverMails } from '../../src/mail/hand-over-mails.js';
import { workerContext } from '../../workers/context.js';
import { Mailbox, smtpError } from '../support/mailbox.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';
import { eventually } from './asynchronous.js';

const INVITE = 'mutation ($input: InviteUserInput!) { inviteUser(input: $input) { id } }';
const MAILS = `query ($state: MailState) { mails(first: 100, state: $state) { totalCount edges { node {
  id kind recipient language subjectId state attempts lastError subject text createdAt sentAt } } } }`;

const mailbox = new Mailbox();
let product: TestProduct;
let acme: TestOrganization;

beforeAll(async () => {
  await mailbox.listen();
  product = await startProduct({ workers: true, smtpUrl: mailbox.url });
  acme = await product.organization();
});
afterAll(async () => {
  await product.close();
  await mailbox.close();
});

async function invite(email: string, organization = acme): Promise<string> {
  const answer = await organization.graphql(INVITE, { input: { email } });
  expect(answer.body.errors).toBeUndefined();
  return answer.body.data.inviteUser.id;
}

const mailsOf = async (organization = acme, state?: string) =>
  (await organization.graphql(MAILS, { state })).body.data.mails.edges.map(
    ({ node }: { node: Record<string, unknown> }) => node,
  );

const stateOf = async (email: string) =>
  (
    await product.sql(
      'select state, attempts, last_error, due_at > now() as put_off from mails where recipient = $1',
      [email],
    )
  )[0];

const sent = (email: string) =>
  eventually(`${email} has a mail`, async () => (await stateOf(email))?.state === 'sent');

describe('a mail goes out with the commit, once', () => {
  it.each([
    ['en', 'You are invited to'],
    ['de', 'Einladung zu'],
    ['ko', '초대장'],
  ])('in the language of the organization: %s', async (language, subject) => {
    const organization = await product.organization();
    await product.sql(`update organizations set language = $2, name = 'Größe & 상사 <b>' where id = $1`, [
      organization.id,
      language,
    ]);
    const email = `reader-${language}@people.example`;
    await invite(email, organization);
    await sent(email);
    const [mail, ...more] = mailbox.to(email);
    expect(more).toEqual([]);
    expect(mail?.from).toBe('no-reply@rollcall.example');
    expect(mail?.subject).toContain(subject);
    expect(mail?.subject).toContain('Größe & 상사 <b>');
    expect(mail?.text).toMatch(/http:\/\/127\.0\.0\.1:4000\/signin\/invitation\/[\w-]+\.[\w-]{43}/);
    expect(mail?.html).toContain('Größe &amp; 상사 &lt;b&gt;');
    const [row] = await mailsOf(organization);
    expect(mail?.messageId).toBe(`<${row.id}@rollcall.example>`);
    expect(row).toMatchObject({ kind: 'INVITATION', state: 'SENT', attempts: 1, recipient: email, language });
    expect(row.text.replace(/\s+/g, ' ')).toBe(mail?.text.replace(/\s+/g, ' '));
  });

  it('to the mailbox that identifies the person: the folded address', async () => {
    await invite('Ａda.LOVELACE@People.Example');
    await sent('ada.lovelace@people.example');
    expect(mailbox.to('ada.lovelace@people.example')).toHaveLength(1);
  });

  it('mails are for owners and admins only', async () => {
    const token = await acme.issueToken('user');
    const answer = await acme.graphql(MAILS, {}, token);
    expect(answer.body.errors[0].extensions.code).toBe('FORBIDDEN');
  });
});

describe('the server answers', () => {
  it('never: the mail fails, with its words, and is not tried again', async () => {
    mailbox.onRcpt = (address) =>
      address.startsWith('nobody') ? smtpError(550, 'No such mailbox') : undefined;
    await invite('nobody@people.example');
    await eventually('it failed', async () => (await stateOf('nobody@people.example'))?.state === 'failed');
    expect(await stateOf('nobody@people.example')).toMatchObject({ attempts: 1 });
    const [failed] = await mailsOf(acme, 'FAILED');
    expect(failed.lastError).toContain('No such mailbox');
  });

  it('not now: the mail waits for its next turn and holds up nobody', async () => {
    mailbox.onRcpt = (address) => (address.startsWith('later') ? smtpError(451, 'Greylisted') : undefined);
    await invite('later@people.example');
    await invite('prompt@people.example');
    await sent('prompt@people.example');
    await eventually('it was put off', async () => (await stateOf('later@people.example'))?.put_off === true);
    expect(await stateOf('later@people.example')).toMatchObject({
      state: 'queued',
      attempts: 1,
      put_off: true,
    });
    mailbox.onRcpt = () => undefined;
    await product.sql(`update mails set due_at = now() where recipient = 'later@people.example'`);
    await sent('later@people.example');
  });

  it('F18: not at all: mail waits, nobody knocks in vain, and it goes out once within seconds of the return', async () => {
    await mailbox.close();
    const people = Array.from({ length: 30 }, (_, index) => `patient-${index}@people.example`);
    for (const email of people) await invite(email);
    await eventually('the server was missed', async () =>
      (await mailsOf(acme, 'QUEUED')).some((mail: { lastError: string | null }) => mail.lastError !== null),
    );
    const answer = await acme.graphql('{ organization { slug } }');
    expect(answer.status).toBe(200);
    await mailbox.reopen();
    for (const email of people) await sent(email);
    for (const email of people) expect(mailbox.to(email)).toHaveLength(1);
    const [row] = await product.sql(
      `select max(attempts) as most from mails where recipient like 'patient-%'`,
    );
    expect(row?.most).toBe(1);
  }, 60_000);
});

describe('a worker that dies holds up its mails for seconds (I4, I10)', () => {
  const dead = () => workerContext(product.database, 'mail', { organizationId: acme.id, requestId: 'dead' });
  it('what it had claimed is sent by another one; what it had handed over is not sent again', async () => {
    const organization = await product.organization();
    const context = { ...dead(), organizationId: organization.id };
    const rows = ['claimed', 'handed'].map((name) => ({ id: newId(), email: `${name}@people.example` }));
    const claimId = newId();
    for (const { id, email } of rows) {
      await product.sql(
        `insert into mails (organization_id, id, kind, recipient, recipient_key, language, subject_id, state, claim_id, due_at)
         values ($1, $2, 'welcome', $3, $3, 'en', $2, 'sending', $4, now() + interval '2 seconds')`,
        [organization.id, id, email, claimId],
      );
    }
    const released: string[][] = [];
    await handOverMails(context, {
      claimId,
      ids: [rows[1]?.id ?? ''],
      release: async (ids) => void released.push([...ids]),
    });
    expect(released).toEqual([[rows[1]?.id]]);
    await sent('claimed@people.example');
    await sent('handed@people.example');
    expect(mailbox.to('claimed@people.example')).toHaveLength(1);
    expect(mailbox.to('handed@people.example')).toEqual([]);

    const late: string[][] = [];
    await handOverMails(context, {
      claimId,
      ids: rows.map(({ id }) => id),
      release: async (ids) => void late.push([...ids]),
    });
    expect(late).toEqual([[]]);
  }, 120_000);

  it('two workers never hold the same mail', async () => {
    const organization = await product.organization();
    const context = { ...dead(), organizationId: organization.id };
    await product.sql(
      `insert into mails (organization_id, id, kind, recipient, recipient_key, language, subject_id, due_at)
       select $1, gen_random_uuid(), 'welcome', 'w' || i || '@people.example', 'w' || i || '@people.example', 'en',
         gen_random_uuid(), now() from generate_series(1, 40) i`,
      [organization.id],
    );
    const claims = await Promise.all(
      [1, 2, 3, 4].map(() => claimMails(context, { claimId: newId(), limit: 20 })),
    );
    const ids = claims.flat().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
