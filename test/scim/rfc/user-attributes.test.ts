import { pushUser } from '../../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../../support/product.js';
import { CORE, ENTERPRISE, fullUser } from './full-user.js';

let product: TestProduct;
let acme: TestOrganization;

beforeAll(async () => {
  product = await startProduct();
});
beforeEach(async () => {
  acme = await product.organization({ profile: 'rfc' });
});
afterAll(() => product.close());

const post = (body: unknown) => acme.scim('POST', '/Users', body);
const minimal = (userName: string, rest: Record<string, unknown> = {}) => ({
  schemas: [CORE],
  userName,
  ...rest,
});

/** What was sent, without what only the server says. */
function sentPart(body: Record<string, unknown>): Record<string, unknown> {
  const { id: _id, meta: _meta, groups: _groups, ...rest } = body;
  return rest;
}

describe('a person of the rfc profile', () => {
  it('keeps and returns the whole core and enterprise User as it was sent', async () => {
    const body = fullUser();
    const created = await post(body);
    expect(created.status).toBe(201);
    expect(sentPart(created.body)).toEqual(body);
    expect(created.body.groups).toEqual([]);
    const read = await acme.scim('GET', `/Users/${created.body.id}`);
    expect(sentPart(read.body)).toEqual(body);
  });

  it('needs nothing but a userName', async () => {
    const created = await post(minimal('lena'));
    expect(created.status).toBe(201);
    expect(sentPart(created.body)).toEqual({ schemas: [CORE], userName: 'lena', active: true });
    const refused = await post({ schemas: [CORE], displayName: 'Nobody' });
    expect(refused.status).toBe(400);
    expect(refused.body).toMatchObject({ detail: "{'userName': ['This field is required.']}" });
  });

  it('shares e-mail and externalId with others, but never the userName', async () => {
    const shared = { externalId: 'same', emails: [{ value: 'team@acme.example', type: 'work' }] };
    expect((await post(minimal('a', shared))).status).toBe(201);
    expect((await post(minimal('b', shared))).status).toBe(201);
    expect(await post(minimal('A', shared))).toMatchObject({ status: 409, body: { scimType: 'uniqueness' } });
    const found = await acme.scim('GET', '/Users?filter=externalId%20eq%20%22same%22');
    expect(found.body.totalResults).toBe(2);
  });

  it('keeps a password out of every answer and every row', async () => {
    const created = await post(minimal('pat', { password: 'correct horse battery' }));
    expect(created.status).toBe(201);
    expect(created.body).not.toHaveProperty('password');
    const patched = await acme.scim('PATCH', `/Users/${created.body.id}`, {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
      Operations: [{ op: 'replace', path: 'password', value: 'staple' }],
    });
    expect(patched.status).toBe(200);
    expect(patched.body).not.toHaveProperty('password');
    const rows = await product.sql('select u::text as row from users u where organization_id = $1', [
      acme.id,
    ]);
    expect(JSON.stringify(rows)).not.toMatch(/correct horse|staple/);
  });

  it('reads nulls, empty strings and empty lists as unassigned', async () => {
    const empty = { nickName: '', title: null, phoneNumbers: [], addresses: null, name: {}, roles: [{}] };
    const created = await post(minimal('em', { ...empty, [ENTERPRISE]: { department: '', manager: null } }));
    expect(created.status).toBe(201);
    expect(sentPart(created.body)).toEqual({ schemas: [CORE], userName: 'em', active: true });
  });

  it('accepts "True", other letter case, bare strings in lists and a manager that is an id alone', async () => {
    const created = await post({
      SCHEMAS: [CORE],
      username: 'odd',
      ACTIVE: 'False',
      Emails: [{ VALUE: 'odd@acme.example', Type: 'other', Primary: 'True' }],
      roles: ['reader'],
      [ENTERPRISE.toUpperCase()]: { Manager: 'm-1' },
    });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({
      userName: 'odd',
      active: false,
      emails: [{ value: 'odd@acme.example', type: 'other', primary: true }],
      roles: [{ value: 'reader' }],
      [ENTERPRISE]: { manager: { value: 'm-1' } },
    });
  });

  it('of several primary values keeps the last', async () => {
    const phones = [
      { value: '1', primary: true },
      { value: '2', primary: true },
    ];
    const created = await post(minimal('two', { phoneNumbers: phones }));
    expect(created.body.phoneNumbers).toEqual([
      { value: '1', primary: false },
      { value: '2', primary: true },
    ]);
  });

  it('ignores what no schema has, and what only the server writes', async () => {
    const extra = { 'urn:custom:1.0:User': { shoeSize: 9 }, shoeSize: 9, __custom: { a: 1 } };
    const servers = { id: 'mine', meta: { created: '2001-01-01T00:00:00Z' }, groups: [{ value: 'g' }] };
    const created = await post(minimal('extra', { ...extra, ...servers, roles: [{ value: 'r', odd: 1 }] }));
    expect(created.status).toBe(201);
    expect(sentPart(created.body)).toEqual({
      schemas: [CORE],
      userName: 'extra',
      active: true,
      roles: [{ value: 'r' }],
    });
    expect(created.body.id).not.toBe('mine');
    expect(created.body.groups).toEqual([]);
  });

  it.each([
    ['a number for a string', { nickName: 5 }, 'nickName'],
    ['a list for a single value', { displayName: ['a'] }, 'displayName'],
    ['an object for a string', { locale: {} }, 'locale'],
    ['a string for a complex value', { name: 'Babs' }, 'name'],
    ['a word for a boolean', { active: 'yes' }, 'active'],
    ['a number in a list', { phoneNumbers: [7] }, 'phoneNumbers'],
    ['a wrong part of a list', { addresses: [{ country: 49 }] }, 'addresses'],
    ['a string for the extension', { [ENTERPRISE]: 'x' }, ENTERPRISE],
    ['a wrong part of the extension', { [ENTERPRISE]: { division: true } }, 'division'],
    ['text that is no Base64', { x509Certificates: [{ value: '!!' }] }, 'x509Certificates'],
    ['a NUL character', { nickName: 'a\u0000b' }, 'nickName'],
    ['half of a surrogate pair', { title: 'a\ud800' }, 'title'],
    ['too long a value', { displayName: 'x'.repeat(1_025) }, 'displayName'],
    ['too long a URL', { profileUrl: `https://x.example/${'x'.repeat(2_048)}` }, 'profileUrl'],
  ])('refuses %s and names the attribute', async (_what, wrong, attribute) => {
    const answer = await post(minimal('wrong', wrong));
    expect(answer).toMatchObject({ status: 400, body: { scimType: 'invalidValue', status: '400' } });
    expect(answer.body.detail).toContain(attribute);
  });

  it('refuses more values than a list may hold', async () => {
    const phoneNumbers = Array.from({ length: 101 }, (_, index) => ({ value: String(index) }));
    expect(await post(minimal('many', { phoneNumbers }))).toMatchObject({
      status: 400,
      body: { scimType: 'tooMany' },
    });
  });

  it('refuses a profile that is too large as a whole', async () => {
    const x509Certificates = Array.from({ length: 5 }, (_, index) => ({
      value: `${index}${'A'.repeat(32_000)}`,
    }));
    expect((await post(minimal('large', { x509Certificates }))).status).toBe(400);
  });
});

describe('PUT in the rfc profile', () => {
  it('replaces everything, clears what is left out and says so in the version', async () => {
    const { body } = await post(fullUser('put'));
    const replaced = await acme.scim('PUT', `/Users/${body.id}`, minimal('put2', { nickName: 'P' }));
    expect(replaced.status).toBe(200);
    expect(sentPart(replaced.body)).toEqual({
      schemas: [CORE],
      userName: 'put2',
      active: true,
      nickName: 'P',
    });
    expect(replaced.body.meta.version).not.toBe(body.meta.version);
  });

  it('of what was read changes neither version nor lastModified', async () => {
    const { body } = await post(fullUser('echo'));
    const echoed = await acme.scim('PUT', `/Users/${body.id}`, body);
    expect(echoed.status).toBe(200);
    expect(echoed.body).toEqual(body);
  });

  it('without `active` leaves a deactivated person deactivated', async () => {
    const { body } = await post(minimal('off', { active: false }));
    const replaced = await acme.scim('PUT', `/Users/${body.id}`, minimal('off'));
    expect(replaced.body.active).toBe(false);
  });
});

describe('the address the product writes to', () => {
  const addressOf = async (id: string): Promise<string | null | undefined> => {
    const [row] = await product.sql<{ email: string | null }>('select email from users where id = $1', [id]);
    return row?.email;
  };

  it.each([
    [
      'the work address',
      [
        { value: 'h@x.example', type: 'home', primary: true },
        { value: 'w@x.example', type: 'WORK' },
      ],
      'w@x.example',
    ],
    [
      'else the primary one',
      [{ value: 'a@x.example' }, { value: 'b@x.example', primary: true }],
      'b@x.example',
    ],
    ['else the first', [{ value: 'a@x.example' }, { value: 'b@x.example' }], 'a@x.example'],
    ['none that is no address', [{ value: 'not an address', type: 'work' }], null],
  ])('is %s', async (_what, emails, email) => {
    const { status, body } = await post(minimal('mail', { emails }));
    expect(status).toBe(201);
    expect(body.emails).toEqual(emails);
    expect(await addressOf(body.id)).toBe(email);
  });
});

it('a standard connection keeps none of it', async () => {
  const plain = await product.organization();
  const id = await pushUser(plain, 'plain');
  await plain.scim('PATCH', `/Users/${id}`, {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
    Operations: [{ op: 'replace', value: { nickName: 'P', phoneNumbers: [{ value: '1' }] } }],
  });
  const [row] = await product.sql('select attributes from users where id = $1', [id]);
  expect(row).toEqual({ attributes: {} });
});
