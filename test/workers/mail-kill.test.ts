import { HANDED_OVER_AT_ONCE } from '../../workers/handover.js';
import { Mailbox } from '../support/mailbox.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';
import { eventually } from './asynchronous.js';
import { endProductProcesses, startProductProcess } from './product-process.js';

const mailbox = new Mailbox();
let product: TestProduct;
let acme: TestOrganization;

beforeAll(async () => {
  await mailbox.listen();
  product = await startProduct();
  acme = await product.organization();
});
afterEach(endProductProcesses);
afterAll(async () => {
  await product.close();
  await mailbox.close();
});

const PEOPLE = 300;
/** What part of the mails is there when the worker is killed. */
const KILLED_AT = [1 / 3, 2 / 3];

it('inviteUsers: everyone has exactly one mail although the worker was killed twice in between (I4, F18)', async () => {
  const start = () =>
    startProductProcess({
      ROLE: 'worker',
      DATABASE_URL: product.databaseUrl,
      SMTP_URL: mailbox.url,
      MAIL_FROM: 'no-reply@rollcall.example',
    });
  mailbox.thinks = 20;
  const emails = Array.from({ length: PEOPLE }, (_, index) => `crew-${index}@people.example`);
  const asked = await acme.graphql(
    'mutation ($input: InviteUsersInput!) { inviteUsers(input: $input) { total } }',
    { input: { emails } },
  );
  expect(asked.body.data.inviteUsers.total).toBe(PEOPLE);
  let worker = await start();
  for (const part of KILLED_AT) {
    await eventually('a part is sent', async () => mailbox.received.length >= PEOPLE * part, 30_000);
    expect(await worker.end('SIGKILL')).toMatchObject({ signal: 'SIGKILL' });
    worker = await start();
  }
  const settled = async () =>
    (await product.sql(`select from mails where state <> 'sent'`)).length === 0 &&
    mailbox.received.length >= PEOPLE;
  await eventually('all is sent', settled, 30_000);

  const counts = emails.map((email) => mailbox.to(email).length);
  expect(counts.filter((count) => count === 0)).toEqual([]);
  // Under the same Message-ID a kill can repeat the batch whose dots it finds written and whose COMMIT not, never a second
  // one: both are written in one turn of the event loop, however busy the machine is.
  expect(mailbox.counts.size).toBe(PEOPLE);
  expect(mailbox.received.length - PEOPLE).toBeLessThanOrEqual(KILLED_AT.length * HANDED_OVER_AT_ONCE);
}, 120_000);
