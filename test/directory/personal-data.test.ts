import { PERSONAL_DATA } from '../../src/directory/erasure/personal-data.js';
import { logged } from '../provisioning/log-reading.js';
import { dumpOf, linesWith } from '../support/dump.js';
import { startProduct, type TestProduct } from '../support/product.js';

let product: TestProduct;

beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.close());

describe('the list of personal data (B38)', () => {
  it('decides about every column that can hold text, and names no other', async () => {
    const columns = await product.sql<{ name: string }>(`
      select c.table_name || '.' || c.column_name as name from information_schema.columns c
      join pg_class t on t.relname = c.table_name and t.relnamespace = 'public'::regnamespace and not t.relispartition
      where c.table_schema = 'public' and c.table_name <> 'migrations'
        and c.data_type not in ('uuid', 'boolean', 'integer', 'bigint', 'real', 'double precision', 'timestamp with time zone')`);
    const decided = Object.entries(PERSONAL_DATA).flatMap(([table, { columns: decisions }]) =>
      Object.keys(decisions).map((column) => `${table}.${column}`),
    );
    expect(decided.sort()).toEqual(columns.map(({ name }) => name).sort());
  });

  it('says how each personal column is emptied', () => {
    const silent = Object.entries(PERSONAL_DATA)
      .filter(
        ([, { columns, erase }]) => Object.values(columns).includes('personal') !== (erase !== undefined),
      )
      .map(([table]) => table);
    expect(silent).toEqual([]);
  });
});

it('abuse 19: a dump holds no secret that was ever shown, only what finds and recognises it', async () => {
  const acme = await product.organization();
  const { body } = await acme.graphql(`mutation {
    token: issueApiToken(role: USER) { token }
    started: startScimSetup(input: {provider: OKTA}) { id }
  }`);
  const connectionId = body.data.started.id;
  const issued = await acme.graphql(
    `mutation ($input: IssueScimCredentialInput!) { issueScimCredential(input: $input) { id token } }`,
    { input: { connectionId, label: 'first' } },
  );
  const { id, token } = issued.body.data.issueScimCredential;
  const rotated = await acme.graphql(
    `mutation { rotateScimCredential(input: {credentialId: "${id}"}) { issued { token } } }`,
  );
  const shown = [
    acme.token,
    acme.clientSecret,
    acme.apiToken,
    token,
    rotated.body.data.rotateScimCredential.issued.token,
    body.data.token.token,
  ];
  await acme.scim('GET', '/Users', undefined, { authorization: `Bearer ${token}x` });
  const refused = await acme.scim('POST', '/Users', { userName: token, emails: [{ value: token }] });
  await logged(acme, refused);
  // The secret is the last 43 characters of what was shown.
  const secrets = shown.map((one: string) => one.slice(-43));
  expect(secrets.every((secret: string) => secret.length === 43)).toBe(true);
  expect(linesWith(await dumpOf(product), secrets)).toEqual([]);
});
