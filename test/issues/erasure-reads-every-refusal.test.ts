import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { keepProvisioningLog } from '../../src/provisioning/keep-provisioning-log.js';
import { logged } from '../provisioning/log-reading.js';
import { dumpOf, linesWith } from '../support/dump.js';
import { eraseUser, newUser, pushUser } from '../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';

let product: TestProduct;
let acme: TestOrganization;

beforeAll(async () => {
  product = await startProduct();
});
beforeEach(async () => {
  acme = await product.organization();
});
afterAll(() => product.close());

/** Refusals of other people, as their requests would have left them. */
const refusals = (count: number) =>
  product.sql(
    `insert into provisioning_log (organization_id, id, at, connection_id, request_id, method, operation, status, outcome,
       detail, changes, normalisations, ignored, dialect, duration_ms, address)
     select $1, uuidv7(), now(), $2, 'r' || i, 'POST', 'provisionUser', 409, 'refused',
       'The userName ''other' || i || '@people.example'' belongs to somebody else already.', '{}', '{}', '{}', 'other', 1, ''
     from generate_series(1, $3::int) i`,
    [acme.id, acme.connectionId, count],
  );

/** Pages of the database that erasing reads, nested statements included. */
async function pagesRead(userId: string, identities: readonly string[]): Promise<number> {
  const client = new pg.Client({ connectionString: product.databaseUrl });
  await client.connect();
  try {
    await client.query('begin');
    await client.query(
      `select set_config('app.organization_id', $1, true), set_config('enable_seqscan', 'off', true)`,
      [acme.id],
    );
    await client.query('set local role rollcall_organization');
    const { rows } = await client.query(
      'explain (analyze, buffers, format json) select erase_from_provisioning_log($1, $2::text[])',
      [userId, identities],
    );
    const [{ Plan: plan }] = rows[0]['QUERY PLAN'];
    await client.query('rollback');
    return plan['Shared Hit Blocks'] + plan['Shared Read Blocks'];
  } finally {
    await client.end();
  }
}

it('B38: what erasing reads stays the same, however many requests were refused', async () => {
  const userId = await pushUser(acme, 'wanda.wolkenstein');
  await acme.scim('DELETE', `/Users/${userId}`);
  await eraseUser(acme, userId);
  const identities = ['wanda.wolkenstein', 'wanda.wolkenstein@people.example', "'w1'"];
  await refusals(200);
  await pagesRead(userId, identities);
  const few = await pagesRead(userId, identities);
  await refusals(10_000);
  await product.sql('analyze');
  await pagesRead(userId, identities);
  const many = await pagesRead(userId, identities);
  expect(many).toBeLessThan(few * 3);
}, 120_000);

it.each([
  ['a name in quotes', 'wanda.wolkenstein'],
  ['a short name', 'w7'],
  ['a name of several words', 'Wanda von Wolkenstein'],
  ['a name beyond ASCII', 'wändä.wölkenstein'],
  ['a name with signs', 'wanda|4711/x (old)'],
  ['a name with a quote', "wanda.o'neil"],
])('B38: refusals that quote %s are emptied, others keep their words', async (_what, userName) => {
  const email = `w-${randomUUID()}@people.example`;
  const named = (name: string, more = {}) =>
    newUser('', { userName: name, externalId: name, emails: [{ value: email, type: 'work' }], ...more });
  const userId = (await acme.scim('POST', '/Users', named(userName))).body.id;
  const answers = [
    await acme.scim('POST', '/Users', named(userName)),
    await acme.scim('GET', `/Users?filter=${encodeURIComponent(`userName co "${userName}"`)}`),
    await acme.scim('POST', '/Users', named(`${userName}.twin`)),
  ];
  for (const answer of answers) await logged(acme, answer);
  await refusals(3);
  await acme.scim('DELETE', `/Users/${userId}`);
  await eraseUser(acme, userId);
  const words = await product.sql<{ word: string }>(
    'select word from provisioning_log_words where organization_id = $1',
    [acme.id],
  );
  expect(words.map(({ word }) => word)).toContain('other1@people.example');
  const [kept] = await product.sql<{ count: string }>(
    `select count(*) from provisioning_log where organization_id = $1 and detail like '%other_@people.example%'`,
    [acme.id],
  );
  expect(Number(kept?.count)).toBe(3);
  const lines = linesWith(await dumpOf(product), [`'${userName}'`, email]);
  expect(lines.filter((line) => line.includes(acme.id))).toEqual([]);
});

it('words go when their months do, and whoever reads the log cannot change them', async () => {
  await refusals(2);
  await product.sql(
    `insert into provisioning_log_words (organization_id, word, log_id) values ($1, 'old', provisioning_log_bound('2020-01-01'))`,
    [acme.id],
  );
  await keepProvisioningLog(product.database, 13);
  const words = await product.sql<{ word: string }>(
    'select word from provisioning_log_words where organization_id = $1',
    [acme.id],
  );
  expect(words.map(({ word }) => word)).not.toContain('old');
  expect(words.map(({ word }) => word)).toContain('other2@people.example');
  const granted = await product.sql<{ name: string }>(
    `select privilege_type as name from information_schema.role_table_grants
     where grantee = 'rollcall_organization' and table_name = 'provisioning_log_words' order by 1`,
  );
  expect(granted.map(({ name }) => name)).toEqual(['INSERT', 'SELECT']);
});
