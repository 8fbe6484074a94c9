import { setTimeout as sleep } from 'node:timers/promises';
import { Mailbox } from '../support/mailbox.js';
import { startProduct, type TestProduct } from '../support/product.js';
import { eventually } from '../workers/asynchronous.js';
import { endProductProcesses, startProductProcess } from '../workers/product-process.js';

// A mail counted as handed over before the server had answered DATA, when its text had not left the worker yet: a worker
// that was killed while a slow server thought about the recipient lost it.
const mailbox = new Mailbox();
let product: TestProduct;

beforeAll(async () => {
  await mailbox.listen();
  product = await startProduct();
});
afterEach(endProductProcesses);
afterAll(async () => {
  await product.close();
  await mailbox.close();
});

it('I3 a mail whose recipient the server thinks about when the worker is killed is sent by the next one', async () => {
  const acme = await product.organization();
  const start = () =>
    startProductProcess({
      ROLE: 'worker',
      DATABASE_URL: product.databaseUrl,
      SMTP_URL: mailbox.url,
      MAIL_FROM: 'no-reply@rollcall.example',
    });
  const asked: string[] = [];
  mailbox.onRcpt = (address) => {
    asked.push(address);
    return new Promise(() => {});
  };
  const worker = await start();
  await acme.graphql('mutation ($input: InviteUserInput!) { inviteUser(input: $input) { id } }', {
    input: { email: 'ada@people.example' },
  });
  await eventually('the server is asked', async () => asked.length > 0, 30_000);
  // The time a worker would take to note it as handed over.
  await sleep(500);
  expect(await product.sql('select state, handed_at from mails where handed_at is not null')).toEqual([]);
  await worker.end('SIGKILL');
  mailbox.onRcpt = () => undefined;
  await start();
  await eventually('it is sent', async () => mailbox.to('ada@people.example').length > 0, 30_000);
}, 120_000);
