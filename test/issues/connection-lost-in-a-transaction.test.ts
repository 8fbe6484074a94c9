import { buildApp } from '../../src/app.js';
import { entities } from '../../src/entities.js';
import { Database } from '../../src/kernel/database.js';
import { createOrigin } from '../../src/origin.js';
import { newUser } from '../support/people.js';
import { startProduct, TEST_SECRET_KEY, type TestProduct } from '../support/product.js';
import { silent } from '../workers/asynchronous.js';
import { TcpProxy } from '../workers/tcp-proxy.js';

// A connection that was lost within a transaction was never given back to the pool. After ten of them a process
// answered 503 to everything until it was restarted, and could not be stopped either.

let product: TestProduct;

beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.close());

it('a process serves after more lost transactions than its pool has places, and closes', async () => {
  const acme = await product.organization();
  const proxy = await TcpProxy.inFrontOf(product.databaseUrl);
  const database = await Database.open({
    url: proxy.urlOf(product.databaseUrl),
    entities,
    logger: silent,
    poolSize: 3,
    secretKey: TEST_SECRET_KEY,
  });
  const origin = createOrigin(undefined, 'http://127.0.0.1:4000');
  const app = await buildApp({ database, origin, logger: silent, production: false, doors: true });
  expect((await app.inject('/readyz')).statusCode).toBe(200);
  const post = async () =>
    (
      await app.inject({
        method: 'POST',
        url: '/scim/v2/Users',
        headers: { authorization: `Bearer ${acme.token}`, 'content-type': 'application/scim+json' },
        payload: JSON.stringify(newUser()),
      })
    ).statusCode;
  for (const words of [
    /start transaction|begin/,
    /set_config/,
    /insert into users/,
    /insert into audit_log/,
    // Not the log's own commit, which comes when it will.
    /insert into audit_log[\s\S]*commit/,
  ]) {
    const cut = proxy.cutAt(words, false);
    expect([words.source, await post()]).toEqual([words.source, 503]);
    await cut;
  }
  expect(await post()).toBe(201);
  await app.close();
  await database.close();
  await proxy.cut();
});
