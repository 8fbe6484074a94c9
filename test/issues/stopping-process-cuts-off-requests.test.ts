import { buildApp } from '../../src/app.js';
import { createOrigin } from '../../src/origin.js';
import { startProduct, type TestProduct } from '../support/product.js';
import { silent } from '../workers/asynchronous.js';

let product: TestProduct;

beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.close());

// F16. A process that was told to end closed kept-alive connections at once, with requests on them already on the wire,
// and `/readyz` had never said that it should be sent nothing more. What the process does around this is in test/faults.
it('a process that has been told to end says so, goes on serving, and ends each connection with its answer', async () => {
  const stopping = new AbortController();
  const { database } = product;
  const origin = createOrigin(undefined, 'http://127.0.0.1:4000');
  const app = await buildApp({
    ...{ database, origin, logger: silent, production: true, doors: true },
    stopping: stopping.signal,
  });
  try {
    const look = (url: string) => app.inject({ url, headers: { 'x-forwarded-proto': 'https' } });
    const before = await look('/readyz');
    expect(before.statusCode).toBe(200);
    expect(before.headers.connection).not.toBe('close');
    stopping.abort();
    const ready = await look('/readyz');
    expect([ready.statusCode, ready.json(), ready.headers.connection]).toEqual([
      503,
      { status: 'stopping' },
      'close',
    ]);
    expect((await look('/healthz')).statusCode).toBe(200);
    const served = await look('/scim/v2/ServiceProviderConfig');
    expect([served.statusCode, served.headers.connection]).toEqual([200, 'close']);
  } finally {
    await app.close();
  }
});
