import { Mailbox } from '../support/mailbox.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';
import { eventually } from '../workers/asynchronous.js';

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

/** What would be a second mailbox, a header, a comment, a route or a command if anybody let it. */
const REFUSED = [
  'a@approved.example@evil.example',
  'a@approved.example, b@evil.example',
  'a@approved.example,b@evil.example',
  'a@approved.example;b@evil.example',
  'a@approved.example b@evil.example',
  'a@approved.example\r\nRCPT TO:<b@evil.example>',
  'a@approved.example\nBcc: b@evil.example',
  'a@approved.example\rBcc: b@evil.example',
  'a@approved.example\u2028Bcc: b@evil.example',
  'a@approved.example\u0085Bcc: b@evil.example',
  'a@approved.example\u0000',
  'a@approved.example%00@evil.example',
  '"a b"@approved.example',
  '"a@evil.example"@approved.example',
  '"a\\"@approved.example',
  'a(comment)@approved.example',
  'a@approved.example(b@evil.example)',
  '(b@evil.example)a@approved.example',
  'a@(x)approved.example',
  '<a@approved.example>',
  'Ada <a@approved.example>',
  'a@approved.example>',
  '<b@evil.example>a@approved.example',
  'group:a@approved.example,b@evil.example;',
  '@evil.example:a@approved.example',
  'a@[127.0.0.1]',
  'a@[IPv6:::1]',
  'a\\@evil.example@approved.example',
  'a＠evil.example@approved.example',
  'a@approved.example＠evil.example',
  'a@approved.example，b@evil.example',
  'a@approved.example；b',
  '＜b@evil.example＞a@approved.example',
  'a（x）@approved.example',
  '＂a＂@approved.example',
  'a@approved.example：25',
  'a@approved.example\u200b',
  'a\u202e@approved.example',
  'a@approved\u00ad.example',
  ' a@approved.example',
  'a@approved.example ',
  'a @approved.example',
  'a@ approved.example',
  'a\t@approved.example',
  'a@approved.example\u3000',
  '@approved.example',
  'a@',
  'a',
  '',
  `${'a'.repeat(250)}@approved.example`,
  'a@approved.example\ud800',
  '$(id)@approved.example',
];

/** Strange, and one mailbox each. */
const TAKEN = [
  'plain@approved.example',
  'UPPER@Approved.EXAMPLE',
  'ｗｉｄｅ@approved.example',
  'plus+tag@approved.example',
  "o'brien@approved.example",
  'a=b{c}|d~e^f`g@approved.example',
  'b%evil.example@approved.example',
  'b!evil.example@approved.example',
  '-oQ/tmp@approved.example',
  '=cmd@approved.example',
  '`id`@approved.example',
];

const invite = async (email: string) =>
  (
    await acme.graphql('mutation ($input: InviteUserInput!) { inviteUser(input: $input) { id } }', {
      input: { email },
    })
  ).body.errors?.[0].extensions.code;

it(`abuse 24: mail/inject: ${REFUSED.length + TAKEN.length} addresses, each refused or exactly one RCPT equal to the folded input`, async () => {
  expect(REFUSED.length + TAKEN.length).toBeGreaterThanOrEqual(60);
  const refusals = [];
  for (const email of REFUSED) refusals.push([email, await invite(email)]);
  expect(refusals).toEqual(REFUSED.map((email) => [email, 'INVALID_INPUT']));
  for (const email of TAKEN) expect([email, await invite(email)]).toEqual([email, undefined]);
  await eventually('all arrived', async () => mailbox.received.length >= TAKEN.length);
  const folded = TAKEN.map((email) => [email.normalize('NFKC').toLowerCase().normalize('NFKC')]);
  expect(mailbox.received.map(({ to }) => to).sort()).toEqual(folded.sort());
  for (const { raw } of mailbox.received) {
    const head = raw.split('\r\n\r\n')[0] ?? '';
    expect(head.match(/^(to|cc|bcc):/gim)).toEqual(['To:']);
  }
}, 120_000);

it('abuse 24: the name of an organization is one line of text in subject and body, never a header or markup', async () => {
  const names = [
    'Acme\r\nBcc: b@evil.example',
    'Acme\nContent-Type: text/html\n\n<script>alert(1)</script>',
    'Acme\u2028\u202eX-Evil: 1',
    '=?utf-8?q?Bcc=3A_b=40evil.example?=',
    '"><img src=x onerror=alert(1)>',
    '\r\n.\r\nMAIL FROM:<b@evil.example>',
  ];
  for (const [index, name] of names.entries()) {
    const organization = await product.organization();
    await product.sql('update organizations set name = $2 where id = $1', [organization.id, name]);
    const email = `reader-${index}@people.example`;
    await organization.graphql('mutation ($input: InviteUserInput!) { inviteUser(input: $input) { id } }', {
      input: { email },
    });
    await eventually('it arrived', async () => mailbox.to(email).length > 0);
    const [mail, ...more] = mailbox.to(email);
    expect(more).toEqual([]);
    expect(mail?.to).toEqual([email]);
    const head = mail?.raw.split('\r\n\r\n')[0] ?? '';
    expect(head).not.toMatch(/^(bcc|x-evil|mail from)/im);
    expect(head.match(/^content-type:/gim)).toHaveLength(1);
    expect(mail?.subject).not.toMatch(/[\r\n]/);
    expect(mail?.html).not.toMatch(/<script|<img/);
  }
  const page = await product.app.inject('/outbox');
  expect(page.statusCode).toBe(200);
  expect(page.body).not.toMatch(/<script|<img/);
  expect(page.headers['content-security-policy']).toContain("default-src 'none'");
}, 120_000);
