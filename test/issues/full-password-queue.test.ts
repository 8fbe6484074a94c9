import pg from 'pg';
import { HASHES_AT_ONCE } from '../../src/access/password.js';
import { RETRY_AFTER_SECONDS } from '../../src/access/place-queue.js';
import { Browser } from '../signin/browser.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';
import { eventually } from '../workers/asynchronous.js';

const SAME_ORIGIN = { 'sec-fetch-site': 'same-origin', origin: 'http://127.0.0.1:4000' };
/** Who is looked up or hashed, and who waits for that (`password.routes`). */
const PLACES = HASHES_AT_ONCE + 1 + 40 * HASHES_AT_ONCE;
/** A form above its limit: a form that is read is refused for that. */
const TOO_LARGE = 'x'.repeat(20_000);

let product: TestProduct;
let acme: TestOrganization;
beforeAll(async () => {
  product = await startProduct();
  acme = await product.organization();
});
afterAll(() => product.close());

const attempt = (n: number, password = 'wrong password') =>
  new Browser(product).send('POST', `/signin/${acme.slug}/password`, {
    form: { email: `nobody${n}@p.example`, password, to: '' },
    headers: { ...SAME_ORIGIN, 'x-forwarded-for': `192.0.2.${n % 250}` },
  });

it('above a full queue of passwords is answered 503 with Retry-After before its form is read; the queue is worked off', async () => {
  const holder = new pg.Client({ connectionString: product.databaseUrl });
  await holder.connect();
  await holder.query('begin');
  // Whoever counts an attempt waits for this, so that those who have a place keep it.
  await holder.query('lock table attempts in share mode');
  const placed = Array.from({ length: PLACES }, (_, n) => attempt(n));
  try {
    let refused = await attempt(PLACES, TOO_LARGE);
    await eventually('the queue is full', async () => {
      if (refused.statusCode === 413) refused = await attempt(PLACES, TOO_LARGE);
      return refused.statusCode !== 413;
    });
    expect([refused.statusCode, refused.headers['retry-after']]).toEqual([503, String(RETRY_AFTER_SECONDS)]);
    expect(refused.headers['content-type']).toContain('text/html');
  } finally {
    await holder.query('rollback');
    await holder.end();
  }
  const statuses = (await Promise.all(placed)).map(({ statusCode }) => statusCode);
  // On a very slow machine the lock is waited for in vain; then they are told so, too.
  expect(statuses.filter((status) => ![403, 503].includes(status))).toEqual([]);
  expect((await attempt(PLACES, TOO_LARGE)).statusCode).toBe(413);
  expect((await attempt(PLACES)).statusCode).toBe(403);
}, 120_000);
