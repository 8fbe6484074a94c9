import { setTimeout as sleep } from 'node:timers/promises';
import { Jobs, type NewJob } from '../../src/kernel/jobs.js';
import { OutboxRelay } from '../../workers/outbox-relay.js';
import { pushGroup } from '../support/people.js';
import { startProduct, type TestProduct } from '../support/product.js';
import { crowd, silent } from '../workers/asynchronous.js';

// While Redis was away the relay offered it the same messages again every few seconds. Each offer stayed in memory until
// Redis came back, and each held a transaction with the messages locked.

let product: TestProduct;

beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.close());

it('the relay offers nothing more until the queue has answered, and then goes on', async () => {
  const acme = await product.organization();
  await pushGroup(acme, undefined, await crowd(product, acme, 1));
  let offers = 0;
  let answer = (): void => {};
  class Away extends Jobs {
    override add(_jobs: readonly NewJob[]): Promise<void> {
      offers += 1;
      return new Promise((resolve) => {
        answer = resolve;
      });
    }
  }
  const away = new Away({ redisUrl: undefined, databaseUrl: product.databaseUrl, logger: silent });
  const relay = new OutboxRelay(product.database, away, silent);
  await expect(relay.relay()).rejects.toThrow('did not take the jobs');
  const next = relay.relay();
  await sleep(200);
  expect(offers).toBe(1);
  const held = await product.sql(
    `select from pg_stat_activity where datname = current_database() and state = 'idle in transaction'`,
  );
  expect(held).toHaveLength(0);
  answer();
  while (offers === 1) await sleep(10);
  answer();
  expect(await next).toBe(1);
  await away.close();
});
