import { startProduct, type TestOrganization, type TestProduct } from '../../support/product.js';
import { CORE, ENTERPRISE, fullUser } from './full-user.js';

let product: TestProduct;
let acme: TestOrganization;
const names = new Map<string, string>();

/** Three people: one with everything, one with a little, one with a userName alone. */
beforeAll(async () => {
  product = await startProduct();
  acme = await product.organization({ profile: 'rfc' });
  const little = {
    schemas: [CORE, ENTERPRISE],
    userName: 'lena',
    displayName: 'Lena Ek',
    emails: [{ value: 'lena@work.example', type: 'work', primary: true }],
    phoneNumbers: [
      { value: '+49 221 1', type: 'work' },
      { value: '+49 170 2', type: 'mobile', primary: true },
    ],
    addresses: [{ country: 'SE', type: 'work' }],
    roles: [{ value: 'Reader' }],
    [ENTERPRISE]: { department: 'Données 東京', manager: { value: 'm-2' } },
  };
  for (const body of [fullUser('babs'), little, { schemas: [CORE], userName: 'bare', active: false }]) {
    const answer = await acme.scim('POST', '/Users', body);
    names.set(answer.body.id, String(body.userName).split('@')[0] ?? '');
  }
});
afterAll(() => product.close());

const search = (filter: string) => acme.scim('GET', `/Users?filter=${encodeURIComponent(filter)}`);

async function found(filter: string): Promise<string[]> {
  const { status, body } = await search(filter);
  if (status !== 200) throw new Error(`${status}: ${body.detail}`);
  const ids: string[] = body.Resources.map((one: { id: string }) => one.id);
  expect(body.totalResults).toBe(ids.length);
  return ids.map((id) => names.get(id) ?? id);
}

describe('filters of the rfc profile, answered by PostgreSQL', () => {
  it.each([
    // Values kept in the document.
    ['displayName co "jens"', ['babs']],
    ['displayName sw "LENA"', ['lena']],
    ['displayName pr', ['babs', 'lena']],
    ['not (displayName pr)', ['bare']],
    ['displayName eq null', ['bare']],
    ['nickName eq "babs"', ['babs']],
    ['nickName ne "babs"', ['lena', 'bare']],
    ['name.middleName eq "jane"', ['babs']],
    ['name.formatted ew "III"', ['babs']],
    ['name pr', ['babs']],
    ['locale eq "EN-us"', ['babs']],
    ['profileUrl sw "https://login."', ['babs']],
    ['profileUrl sw "HTTPS://login."', []],
    ['timezone gt "America"', ['babs']],
    // Lists.
    ['phoneNumbers[type eq "work"].value eq "555-555-5555"', ['babs']],
    ['phoneNumbers[type eq "mobile" and primary eq true].value sw "+49"', ['lena']],
    ['phoneNumbers[type eq "work" and primary eq true]', []],
    ['phoneNumbers.primary eq "True"', ['babs', 'lena']],
    ['phoneNumbers.value co "+49 "', ['lena']],
    ['phoneNumbers pr', ['babs', 'lena']],
    ['addresses.country eq "de"', ['babs']],
    ['addresses[type eq "work" and country eq "SE"]', ['lena']],
    ['addresses[type eq "work" and country eq "DE"]', []],
    ['roles eq "READER"', ['lena']],
    ['roles.value eq "engineer" or roles eq "reader"', ['babs', 'lena']],
    ['roles[primary eq true]', ['babs']],
    ['photos.value ew "F.jpg"', ['babs']],
    ['ims[type eq "aim"].value eq "someaimhandle"', ['babs']],
    ['x509Certificates.value eq "MIIDQzCCAqygAwIBAgICEAAwDQYJKoZIhvcNAQEFBQAw"', ['babs']],
    ['entitlements.display co "build"', ['babs']],
    // E-mail addresses: all of the list, and the one that stands in for it.
    ['emails co "work.example"', ['babs', 'lena']],
    ['emails.value eq "BABS@home.example"', ['babs']],
    ['emails eq "lena@work.example"', ['lena']],
    ['emails[type eq "home" and value eq "babs@home.example"]', ['babs']],
    ['emails[type eq "work" and value eq "babs@home.example"]', []],
    ['emails[type eq "home" or value eq "lena@work.example"]', ['babs', 'lena']],
    ['emails[type eq "work"].value eq "Lena@WORK.example"', ['lena']],
    ['emails[primary eq true].value sw "l"', ['lena']],
    ['not (emails.value eq "lena@work.example")', ['babs', 'bare']],
    ['emails.display pr', ['babs']],
    ['not (emails pr)', ['bare']],
    // The extension, with and without its URN.
    [`${ENTERPRISE}:department sw "données"`, ['lena']],
    ['department eq "tour operations"', ['babs']],
    [`${ENTERPRISE}:manager.value eq "m-2"`, ['lena']],
    ['manager.value pr', ['babs', 'lena']],
    ['manager eq "m-2"', ['lena']],
    ['manager pr', ['babs', 'lena']],
    [`${ENTERPRISE}:employeeNumber eq "701984"`, ['babs']],
    // URN-prefixed core attributes.
    [`${CORE}:userName eq "LENA"`, ['lena']],
    [`${CORE}:name.familyName eq "jensen"`, ['babs']],
    [`${CORE}:emails[type eq "home"]`, ['babs']],
    [`${CORE}:phoneNumbers.value pr`, ['babs', 'lena']],
    [`${CORE.toUpperCase()}:ACTIVE eq false`, ['bare']],
    // Schemas.
    [`schemas eq "${CORE}"`, ['babs', 'lena', 'bare']],
    [`schemas eq "${ENTERPRISE}"`, ['babs', 'lena']],
    [`not (schemas eq "${ENTERPRISE}")`, ['bare']],
    ['schemas co "enterprise"', ['babs', 'lena']],
    ['schemas eq "urn:nobody"', []],
    ['schemas pr', ['babs', 'lena', 'bare']],
    // Together.
    ['active eq true and (roles eq "reader" or not (title pr))', ['lena']],
    ['userName sw "b" and not (active eq false) and meta.created gt "2001-01-01T00:00:00Z"', ['babs']],
  ])('%s', async (filter, people) => {
    expect((await found(filter)).sort()).toEqual([...people].sort());
  });

  it.each(
    [
      'shoeSize eq 9',
      'urn:custom:1.0:User:shoeSize eq "9"',
      'phoneNumbers[carrier eq "x"]',
      'name.nick eq "x"',
      'password eq "x"',
      'userName',
      'userName eq',
      'userName eq bjensen',
      'userName xx "b"',
      'userName eq "b" and',
      '(userName eq "b"',
      'userName eq "b")',
      'emails[type eq "work"',
      'active gt true',
      'meta.created co "2026"',
      'meta.created gt "yesterday"',
      'and userName eq "b"',
      'not userName eq "b"',
      '"userName" eq "b"',
      '',
    ].filter((one) => one !== ''),
  )('%s is 400 invalidFilter', async (filter) => {
    const answer = await search(filter);
    expect(answer).toMatchObject({ status: 400, body: { scimType: 'invalidFilter', status: '400' } });
  });

  it('finds the same people through GraphQL, whatever the profile of their connection', async () => {
    const people = async (filter: string): Promise<string[]> => {
      const { body } = await acme.graphql(
        'query ($filter: String) { users(filter: $filter, first: 50) { edges { node { userName } } } }',
        { filter },
      );
      if (body.errors) throw new Error(JSON.stringify(body.errors));
      return body.data.users.edges.map((edge: { node: { userName: string } }) => edge.node.userName).sort();
    };
    expect(await people('phoneNumbers[type eq "mobile"].value sw "+49"')).toEqual(['lena']);
    expect(await people('addresses.country eq "US" and manager.value pr')).toEqual(['babs@people.example']);
    expect(await people('displayName co "e" and roles eq "reader"')).toEqual(['lena']);
    expect(await people('emails.value eq "babs@home.example"')).toEqual(['babs@people.example']);
    // The owner, whose only address is in a column.
    expect(await people(`emails[type eq "work"].value eq "OWNER@${acme.slug}.example"`)).toHaveLength(1);
    expect(await people(`emails eq "owner@${acme.slug}.example"`)).toHaveLength(1);
  });
});

describe('an exact look-up', () => {
  /** The plan for the role that serves requests, with row-level security on. */
  async function planOf(filter: string): Promise<string> {
    const { compileFilter } = await import('../../../src/directory/filter/compile.js');
    const { RFC } = await import('../../../src/directory/rfc-profile.js');
    const { runInOrganization } = await import('../../../src/kernel/tenancy.js');
    const { sql } = await import('kysely');
    return runInOrganization(acme.context, async (tx) => {
      const lines = await tx.rows(sql<{ 'QUERY PLAN': string }>`
        explain (costs off) select u.id from users u
        where u.organization_id = ${acme.id} and u.connection_id = ${acme.connectionId}
          and (${compileFilter(filter, 'User', RFC)}) order by u.id limit 12
      `);
      return lines.map((line) => line['QUERY PLAN']).join('\n');
    });
  }

  beforeAll(async () => {
    await product.fill(
      `insert into users (organization_id, id, user_name, user_name_key, email, email_key, external_id, connection_id,
         identity_scope, attributes)
       select $1::uuid, id, 'n' || n, 'n' || n, 'n' || n || '@x.example', 'n' || n || '@x.example', 'e' || n, $2::uuid, id,
         '{"emails": [{"value": "two@x.example"}]}'
       from (select n, gen_random_uuid() as id from generate_series(1, 20000) n) as made`,
      [acme.id, acme.connectionId],
    );
    await product.fill(
      `insert into user_email_keys (organization_id, user_id, email_key)
       select organization_id, id, email_key from users where organization_id = $1 and external_id like 'e%'`,
      [acme.id],
    );
    await product.sql('analyze users');
    await product.sql('analyze user_email_keys');
  });

  it.each([
    ['userName eq "n77"', ['users_user_name_unique']],
    ['externalId eq "e77"', ['users_external_id_unique']],
    ['emails.value eq "n77@x.example"', ['users_email_unique', 'user_email_keys_pkey']],
    ['emails[type eq "work"].value eq "n77@x.example"', ['users_email_unique', 'user_email_keys_pkey']],
  ])('%s is answered by an index', async (filter, indexes) => {
    const plan = await planOf(filter);
    for (const index of indexes) expect(plan).toContain(index);
    expect(plan).not.toContain('Seq Scan');
  });
});
