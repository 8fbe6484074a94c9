import { newUser, patch, pushGroup, pushUser } from '../../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../../support/product.js';
import { CORE, ENTERPRISE, GROUP } from './bodies.js';

let product: TestProduct;
let acme: TestOrganization;

beforeAll(async () => {
  product = await startProduct();
});
beforeEach(async () => {
  acme = await product.organization();
});
afterAll(() => product.close());

const membersOf = async (group: string): Promise<string[]> =>
  (await acme.scim('GET', `/Groups/${group}`)).body.members.map((one: { value: string }) => one.value);

describe('JumpCloud', () => {
  const full = (more: Record<string, unknown> = {}) => ({
    active: true,
    addresses: [{ country: 'SE', locality: 'Ystad', primary: true, type: 'work', streetAddress: 'Torget 1' }],
    displayName: 'Jo Ek',
    emails: [{ primary: true, type: 'work', value: 'jo@acme.example' }],
    externalId: '5f1b2c3d4e5f6a7b8c9d0e1f',
    locale: 'en',
    name: { familyName: 'Ek', givenName: 'Jo' },
    phoneNumbers: [{ primary: true, type: 'work', value: 'tel:+1-201-555-0123' }],
    preferredLanguage: 'en',
    schemas: [CORE, ENTERPRISE],
    userName: 'jo',
    ...more,
  });

  it('JumpCloud 4.1: the activation creates a test user and a test group and deletes both', async () => {
    const user = await acme.scim('POST', '/Users', full());
    const group = await acme.scim('POST', '/Groups', { displayName: 'test', schemas: [GROUP] });
    expect([typeof user.body.id, typeof group.body.id]).toEqual(['string', 'string']);
    expect((await acme.scim('DELETE', `/Users/${user.body.id}`)).status).toBe(204);
    expect((await acme.scim('DELETE', `/Groups/${group.body.id}`)).status).toBe(204);
  });

  it('JumpCloud 4.2: a PUT with the extension first, empty lists, photos and an id', async () => {
    const { id } = (await acme.scim('POST', '/Users', full())).body;
    const put = full({
      schemas: [ENTERPRISE, CORE],
      id,
      addresses: [],
      phoneNumbers: [],
      photos: [{ value: 'https://x/p.png' }],
      title: 'Clerk',
      [ENTERPRISE]: { employeeNumber: '7', department: '' },
    });
    const answer = await acme.scim('PUT', `/Users/${id}`, put);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ title: 'Clerk', [ENTERPRISE]: { employeeNumber: '7' } });
  });

  it('JumpCloud 4.2: extension first in the body itself too', async () => {
    const text = JSON.stringify({ [ENTERPRISE]: { employeeNumber: '9' }, ...full() });
    const answer = await acme.scim('POST', '/Users', text);
    expect([answer.status, answer.body[ENTERPRISE].employeeNumber]).toEqual([201, '9']);
  });

  it('JumpCloud 4.3: members removed by ids in the value, adds repeated', async () => {
    const [one, two] = [await pushUser(acme), await pushUser(acme)];
    const group = await pushGroup(acme, undefined, [one]);
    const add = patch({ op: 'add', path: 'members', value: [{ value: one }, { value: two }] });
    await acme.scim('PATCH', `/Groups/${group}`, add);
    await acme.scim(
      'PATCH',
      `/Groups/${group}`,
      patch({ op: 'remove', path: 'members', value: [{ value: one }] }),
    );
    expect(await membersOf(group)).toEqual([two]);
  });

  it('JumpCloud 4.4: a base URL with a slash at its end makes //Users', async () => {
    expect((await acme.scim('GET', '//Users?count=1')).status).toBe(200);
    expect((await acme.scim('POST', '//Users', full())).status).toBe(201);
  });
});

describe('Google Workspace', () => {
  it('Google 5.1: a look-up with startIndex and no count, a probe with count=1', async () => {
    const id = await pushUser(acme, 'ada');
    const found = await acme.scim(
      'GET',
      '/Users?filter=userName%20eq%20%22ada@people.example%22&startIndex=1',
    );
    expect(found.body.Resources).toMatchObject([{ id }]);
    expect((await acme.scim('GET', '/Users?count=1')).body.itemsPerPage).toBe(1);
  });

  it('Google 5.2: active: false at creation is respected', async () => {
    const answer = await acme.scim('POST', '/Users', newUser('g', { active: false }));
    expect([answer.status, answer.body.active]).toEqual([201, false]);
  });
});

describe('PingOne and PingFederate', () => {
  it.each([
    'username Eq "ada@people.example"',
    'emails eq "ADA@people.example"',
    'USERNAME EQ "ada@people.example"',
  ])('Ping 6.1: the filter %s', async (filter) => {
    const id = await pushUser(acme, 'ada');
    const answer = await acme.scim('GET', `/Users?${new URLSearchParams({ filter })}`);
    expect(answer.body.Resources).toMatchObject([{ id }]);
  });

  it('Ping 6.2: Co is 501 with the list of what works, and GET /Users/0 is 404', async () => {
    const answer = await acme.scim('GET', `/Users?${new URLSearchParams({ filter: 'emails Co "x"' })}`);
    expect([answer.status, answer.body.detail]).toEqual([501, expect.stringContaining('userName eq')]);
    expect((await acme.scim('GET', '/Users/0')).status).toBe(404);
  });
});

describe('CyberArk and SailPoint', () => {
  it.each([
    '/ServiceProviderConfig',
    '/ResourceTypes',
    '/ResourceTypes/User',
    '/ResourceTypes/Group',
    '/Schemas',
    `/Schemas/${CORE}`,
    `/Schemas/${GROUP}`,
  ])('CyberArk 7.1, SailPoint 8.1: discovery of %s, with and without a credential', async (path) => {
    for (const headers of [{}, { authorization: '' }]) {
      expect((await acme.scim('GET', path, undefined, headers as Record<string, string>)).status).toBe(200);
    }
  });

  it('SailPoint 8.2: an aggregation until totalResults, in a stable order', async () => {
    const ids = [];
    for (let at = 0; at < 3; at += 1) ids.push(await pushUser(acme));
    const seen = [];
    for (let start = 1; start <= 3; start += 1) {
      const { body } = await acme.scim('GET', `/Users?startIndex=${start}&count=1`);
      seen.push(body.Resources[0].id);
    }
    expect(seen).toEqual(ids);
    expect((await acme.scim('GET', '/Users?startIndex=4&count=1')).body).toMatchObject({
      totalResults: 3,
      Resources: [],
    });
  });
});

describe('Rippling', () => {
  it('Rippling 9.1: a creation that is repeated for the same externalId is 409 and changes nothing', async () => {
    await pushUser(acme, 'ada');
    const answer = await acme.scim('POST', '/Users', newUser('ada', { title: 'changed' }));
    expect([answer.status, answer.body.scimType]).toEqual([409, 'uniqueness']);
    expect((await acme.scim('GET', '/Users')).body).toMatchObject({ totalResults: 1 });
  });
});

describe('Keycloak plug-ins', () => {
  it('Keycloak 10.1: relative meta.location and $ref, and many empty lists', async () => {
    const empty = { roles: [], groups: [], entitlements: [], addresses: [], x509Certificates: [], ims: [] };
    const { id } = (await acme.scim('POST', '/Users', newUser('kc', empty))).body;
    const put = await acme.scim(
      'PUT',
      `/Users/${id}`,
      newUser('kc', { ...empty, id, meta: { location: `Users/${id}` } }),
    );
    expect(put.body.meta.location).toMatch(new RegExp(`^https?://.+/scim/v2/Users/${id}$`));
    const body = { schemas: [GROUP], displayName: 'kc', members: [{ value: id, $ref: `Users/${id}` }] };
    const group = await acme.scim('POST', '/Groups', body);
    expect(await membersOf(group.body.id)).toEqual([id]);
    const again = await acme.scim('PUT', `/Groups/${group.body.id}`, { ...body, members: [] });
    expect(again.body.members).toEqual([]);
  });

  it('Keycloak 10.2: an add with display before value, a remove by value path', async () => {
    const id = await pushUser(acme);
    const group = await pushGroup(acme);
    const add = patch({ op: 'add', path: 'members', value: [{ display: 'x', value: id }] });
    await acme.scim('PATCH', `/Groups/${group}`, add);
    expect(await membersOf(group)).toEqual([id]);
    await acme.scim('PATCH', `/Groups/${group}`, patch({ op: 'remove', path: `members[value eq "${id}"]` }));
    expect(await membersOf(group)).toEqual([]);
  });
});

describe('authentik', () => {
  it('authentik 11.1: reads patch, bulk and filter from ServiceProviderConfig', async () => {
    const { body } = await acme.scim('GET', '/ServiceProviderConfig');
    expect(body).toMatchObject({
      patch: { supported: true },
      bulk: { supported: true, maxOperations: 1_000 },
      filter: { supported: true },
    });
  });

  it('authentik 11.2: an address of type "other" stands in for the work one (B8), and a 409 leads to the person by userName', async () => {
    const body = newUser('aut', {
      emails: [{ value: 'aut@people.example', type: 'other', primary: true }],
      photos: [],
    });
    const created = await acme.scim('POST', '/Users', body);
    expect(created.body.emails).toEqual([{ value: 'aut@people.example', type: 'work', primary: true }]);
    expect((await acme.scim('POST', '/Users', body)).status).toBe(409);
    const found = await acme.scim('GET', '/Users?filter=userName%20eq%20%22aut%40people.example%22');
    expect(found.body.Resources[0].id).toBe(created.body.id);
  });

  it('authentik 11.3: a group update without a path carries schemas, id and externalId', async () => {
    const group = await pushGroup(acme);
    const value = { schemas: [GROUP], id: group, externalId: 'pk-1', displayName: 'renamed' };
    expect((await acme.scim('PATCH', `/Groups/${group}`, patch({ op: 'replace', value }))).status).toBe(204);
    expect((await acme.scim('GET', `/Groups/${group}`)).body).toMatchObject({
      externalId: 'pk-1',
      displayName: 'renamed',
    });
  });

  it('authentik 11.4: one operation for each member, in one PATCH', async () => {
    const people = [await pushUser(acme), await pushUser(acme), await pushUser(acme)];
    const group = await pushGroup(acme, undefined, people.slice(0, 1));
    const operations = people.map((value, at) => ({
      op: at === 0 ? 'remove' : 'add',
      path: 'members',
      value: [{ value }],
    }));
    await acme.scim('PATCH', `/Groups/${group}`, patch(...operations));
    expect((await membersOf(group)).sort()).toEqual(people.slice(1).sort());
  });

  it('authentik 11.5: discovery of everyone without count goes on at what was seen', async () => {
    for (let at = 0; at < 14; at += 1) await pushUser(acme);
    const first = await acme.scim('GET', '/Users');
    expect([first.body.itemsPerPage, first.body.totalResults]).toEqual([12, 14]);
    expect((await acme.scim('GET', '/Users?startIndex=13')).body.itemsPerPage).toBe(2);
  });
});
