import { patch, pushGroup } from '../../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../../support/product.js';
import { CORE, ENTERPRISE, fullUser } from './full-user.js';

// What well-known implementations get wrong, one by one (issue 3, profiles).

let product: TestProduct;
let acme: TestOrganization;
let id: string;
let path: string;
let userName: string;

beforeAll(async () => {
  product = await startProduct();
  acme = await product.organization({ profile: 'rfc' });
});
beforeEach(async () => {
  const { body } = await acme.scim('POST', '/Users', fullUser());
  id = body.id;
  userName = body.userName;
  path = `/Users/${id}`;
});
afterAll(() => product.close());

const found = async (filter: string) => {
  const { status, body } = await acme.scim('GET', `/Users?filter=${encodeURIComponent(filter)}`);
  return { status, ids: (body.Resources ?? []).map((one: { id: string }) => one.id) };
};
const change = (...operations: Record<string, unknown>[]) => acme.scim('PATCH', path, patch(...operations));
const read = async (query = '') => (await acme.scim('GET', `${path}${query}`)).body;

it('URN-prefixed core attributes in filters', async () => {
  expect(await found(`${CORE}:userName eq "${userName}"`)).toEqual({ status: 200, ids: [id] });
  expect((await found(`${ENTERPRISE}:employeeNumber eq "701984" and id eq "${id}"`)).ids).toEqual([id]);
});

it('URN-prefixed core attributes in attributes and excludedAttributes', async () => {
  expect(Object.keys(await read(`?attributes=${CORE}:userName`)).sort()).toEqual([
    'id',
    'schemas',
    'userName',
  ]);
  expect(await read(`?excludedAttributes=${CORE}:name.familyName`)).not.toHaveProperty('name.familyName');
});

it('URN-prefixed core attributes in PATCH paths', async () => {
  const { body } = await change({ op: 'replace', path: `${CORE}:name.familyName`, value: 'Lund' });
  expect(body.name).toMatchObject({ familyName: 'Lund', givenName: 'Barbara' });
});

it('schemas eq', async () => {
  expect((await found(`schemas eq "${ENTERPRISE}" and id eq "${id}"`)).ids).toEqual([id]);
  expect((await found(`schemas eq "urn:nobody" and id eq "${id}"`)).ids).toEqual([]);
});

it('co on e-mails', async () => {
  expect((await found(`emails co "@HOME.example" and id eq "${id}"`)).ids).toEqual([id]);
  expect((await found(`emails.value co "@home" and id eq "${id}"`)).ids).toEqual([id]);
  expect((await found(`emails[type eq "work" and value co "@home"] and id eq "${id}"`)).ids).toEqual([]);
});

it('.search with projection', async () => {
  const { status, body } = await acme.scim('POST', '/Users/.search', {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'],
    filter: `id eq "${id}"`,
    attributes: ['emails.value'],
  });
  expect(status).toBe(200);
  expect(Object.keys(body.Resources[0]).sort()).toEqual(['emails', 'id', 'schemas']);
  expect(Object.keys(body.Resources[0].emails[0])).toEqual(['value']);
});

it('a second primary: true resets the first', async () => {
  const value = [{ value: 'new@people.example', type: 'other', primary: true }];
  const { body } = await change({ op: 'add', path: 'emails', value });
  const primary = body.emails.filter((one: { primary?: boolean }) => one.primary);
  expect(primary).toMatchObject([{ value: 'new@people.example' }]);
  expect(body.emails).toHaveLength(3);
});

it('complex replace keeps the other sub-attributes', async () => {
  const { body } = await change({ op: 'replace', path: 'name', value: { givenName: 'Babette' } });
  expect(body.name).toMatchObject({ givenName: 'Babette', familyName: 'Jensen', honorificPrefix: 'Ms.' });
});

it('members added twice stay once', async () => {
  const group = `/Groups/${await pushGroup(acme, undefined, [id, id])}`;
  const add = { op: 'add', path: 'members', value: [{ value: id }, { value: id }] };
  await acme.scim('PATCH', group, patch(add, add));
  expect((await acme.scim('GET', group)).body.members).toMatchObject([{ value: id }]);
});

it('user.groups is derived', async () => {
  const group = await pushGroup(acme, undefined, [id]);
  expect((await read()).groups).toMatchObject([{ value: group, type: 'direct' }]);
  await acme.scim('DELETE', `/Groups/${group}`);
  expect((await read()).groups ?? []).toEqual([]);
});

it('a no-op PATCH leaves lastModified', async () => {
  const before = (await read()).meta;
  const { status, body } = await change({ op: 'replace', path: 'nickName', value: 'Babs' });
  expect([status, body.meta]).toEqual([200, before]);
});

it('a PUT with a stale If-Match is 412', async () => {
  await change({ op: 'replace', path: 'nickName', value: 'B' });
  const sent = { ...fullUser('stale'), userName };
  const stale = await acme.scim('PUT', path, sent, { 'if-match': 'W/"1"' });
  expect(stale.status).toBe(412);
  expect((await read()).nickName).toBe('B');
  expect((await acme.scim('PUT', path, sent, { 'if-match': 'W/"2"' })).status).toBe(200);
});

it.each([
  'userName',
  'userName eq',
  'userName eq "x" and',
  'userName eq "x',
  '(userName eq "x"',
  'emails[type eq "work"',
  'userName zz "x"',
  'and userName eq "x"',
  'userName eq x',
  'nobody eq "x"',
  '[]',
])('a malformed filter is 400, never 200 or 500: %s', async (filter) => {
  const { status, body } = await acme.scim('GET', `/Users?filter=${encodeURIComponent(filter)}`);
  expect([status, body.scimType]).toEqual([400, 'invalidFilter']);
});

it('"True" is accepted', async () => {
  expect((await change({ op: 'Replace', path: 'active', value: 'False' })).body.active).toBe(false);
  expect((await change({ op: 'Replace', path: 'active', value: 'True' })).body.active).toBe(true);
});

it('manager "" removes', async () => {
  const { status, body } = await change({ op: 'replace', path: `${ENTERPRISE}:manager`, value: '' });
  expect(status).toBe(200);
  expect(body[ENTERPRISE]).not.toHaveProperty('manager');
  expect(body[ENTERPRISE].department).toBe('Tour Operations');
});

it.each(['/ServiceProviderConfig', '/Schemas', '/ResourceTypes', `/Schemas/${CORE}`, '/ResourceTypes/User'])(
  '405 with Allow on POST to discovery: %s',
  async (route) => {
    const answer = await acme.scim('POST', route, {});
    expect([answer.status, answer.headers.allow]).toEqual([405, 'GET, HEAD']);
  },
);

it('attributes= keeps schemas and id', async () => {
  const { body } = await acme.scim('PUT', `${path}?attributes=nickName`, { ...fullUser('kept'), userName });
  expect(Object.keys(body).sort()).toEqual(['id', 'nickName', 'schemas']);
});
