import { setTimeout as sleep } from 'node:timers/promises';
import { newUser } from '../support/people.js';
import { startProduct } from '../support/product.js';

// Whoever waited for an answer was to be told when the server is silent, and the watch for that looked at connections at
// rest as well. So they were given back after five seconds, and the next burst paid for new ones: PostgreSQL reads its
// catalogue and plans every statement again.
it('the connections of a burst are still there when the next one comes', async () => {
  const product = await startProduct();
  try {
    const acme = await product.organization();
    const burst = () => Promise.all([1, 2, 3, 4].map(() => acme.scim('POST', '/Users', newUser())));
    const backends = () =>
      product.sql(
        `select pid from pg_stat_activity where datname = current_database() and application_name = 'rollcall' order by pid`,
      );
    await burst();
    const before = await backends();
    expect(before.length).toBeGreaterThan(1);
    await sleep(7_500);
    expect(await backends()).toEqual(before);
    expect((await burst()).map(({ status }) => status)).toEqual([201, 201, 201, 201]);
  } finally {
    await product.close();
  }
});
