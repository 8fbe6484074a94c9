import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import pg from 'pg';
import { readInOrganization } from '../../src/kernel/tenancy.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';

let product: TestProduct;
let acme: TestOrganization;
let token: string;

beforeAll(async () => {
  product = await startProduct();
});
beforeEach(async () => {
  acme = await product.organization();
  token = await acme.issueToken('admin');
  expect((await acme.graphql('{ organization { id } }', {}, token)).status).toBe(200);
});
afterAll(() => product.close());

const elsewhere = (change: string) =>
  product.sql(`update api_tokens set ${change} where position(lookup_id in $1) > 0`, [token]);

async function whileLocked<T>(table: string, work: (release: () => Promise<void>) => Promise<T>): Promise<T> {
  const url = Object.assign(new URL(product.databaseUrl), {
    username: 'postgres',
    password: process.env.ROLLCALL_TEST_ADMIN_PASSWORD ?? '',
  });
  const client = new pg.Client({ connectionString: url.toString() });
  await client.connect();
  try {
    await client.query(`begin; lock table ${table} in access exclusive mode`);
    return await work(async () => {
      await client.query('rollback');
    });
  } finally {
    await client.end();
  }
}

/** The first field proves the token and waits for a lock; the second waits for a place and proves it half a second later. */
const askedTwice = (meanwhile: () => Promise<unknown>) =>
  whileLocked('approved_domains', async (release) => {
    const inOrganization = { database: product.database, organizationId: acme.id };
    const busy = readInOrganization(inOrganization, (tx) => tx.rows(sql`select pg_sleep(0.5)`));
    await sleep(20);
    const document = `{ approvedDomains { __typename } node(id: "${acme.ownerId}") { id } }`;
    const answer = acme.graphql(document, {}, token);
    await sleep(200);
    await meanwhile();
    await busy;
    await sleep(300);
    await release();
    return answer;
  });

it("a minute that ends between two proofs of one request is nobody else's business", async () => {
  await elsewhere(`last_used_at = now() - interval '59.7 seconds'`);
  const { body } = await askedTwice(async () => {});
  expect(body).toEqual({ data: { approvedDomains: [], node: { id: acme.ownerId } } });
});

it('a token that is revoked between two proofs of one request is refused', async () => {
  expect((await askedTwice(() => elsewhere('revoked_at = now()'))).status).toBe(401);
});

it('what is not reachable is waited for once', async () => {
  const began = performance.now();
  const document = `{ __typename node(id: "${acme.ownerId}") { id } }`;
  const { body } = await whileLocked('users, groups, invitations', () => acme.graphql(document, {}, token));
  expect(body.errors[0].extensions.code).toBe('UNAVAILABLE');
  expect(performance.now() - began).toBeLessThan(3_500);
});
