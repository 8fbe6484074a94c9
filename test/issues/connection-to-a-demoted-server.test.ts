import { newUser } from '../support/people.js';
import { startProduct } from '../support/product.js';

const setting = (what: string) =>
  `do $$ begin execute format('alter database %I ${what}', current_database()); end $$`;

// After a switch-over a process could have connected to the server that takes no changes any more, just before the address led
// to the other one. Its refusals left the connection good, so that it stayed there and answered 503 for ever.
it('a connection that refused a change because its server only reads is not used again', async () => {
  const product = await startProduct();
  try {
    const acme = await product.organization();
    const create = async () => (await acme.scim('POST', '/Users', newUser())).status;
    await product.sql(setting('set default_transaction_read_only = on'));
    await product.endConnections();
    expect(await create()).toBe(503);
    await product.sql(setting('reset default_transaction_read_only'));
    const statuses = [];
    for (let attempt = 0; attempt < 10; attempt += 1) statuses.push(await create());
    expect(statuses.at(-1)).toBe(201);
  } finally {
    await product.close();
  }
});
