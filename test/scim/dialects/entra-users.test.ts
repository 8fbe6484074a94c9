import { patch } from '../../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../../support/product.js';
import { CORE, ENTERPRISE, entraUser, legacy } from './bodies.js';

let product: TestProduct;
let contoso: TestOrganization;
let id: string;
let path: string;

beforeAll(async () => {
  product = await startProduct();
});
beforeEach(async () => {
  contoso = await product.organization({ provider: 'entra' });
  id = (await contoso.scim('POST', '/Users', entraUser('lena'))).body.id;
  path = `/Users/${id}`;
});
afterAll(() => product.close());

const read = async () => (await contoso.scim('GET', path)).body;

describe('Microsoft Entra ID, people', () => {
  it('the connection test looks for a random person and gets an empty list', async () => {
    const answer = await contoso.scim(
      'GET',
      '/Users?filter=userName+eq+%22b7e4f0d1-7a6b-4d6f-9f3e-1c1d5a1b2c3d%22',
    );
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ totalResults: 0, itemsPerPage: 0, startIndex: 1, Resources: [] });
  });

  it.each([
    'userName+eq+%22LENA%40contoso.example%22',
    'externalId+eq+%22E-lena%22',
    'emails%5Btype+eq+%22work%22%5D.value+eq+%22lena%40contoso.example%22',
  ])('matches by %s, also when the person is inactive', async (filter) => {
    await contoso.scim('PATCH', path, legacy(['Replace', 'active', 'False']));
    const answer = await contoso.scim('GET', `/Users?filter=${filter}`);
    expect(answer.body).toMatchObject({ totalResults: 1, Resources: [{ id, active: false }] });
  });

  describe.each(['Replace', 'replace', 'REPLACE'])('Entra 1.1: op "%s"', (op) => {
    it.each([
      ['False', false],
      ['false', false],
      ['True', true],
      [true, true],
      [false, false],
    ])('active %j', async (sent, meant) => {
      const answer = await contoso.scim('PATCH', path, legacy([op, 'active', sent]));
      expect([answer.status, answer.body.active]).toEqual([200, meant]);
    });
  });

  it('Entra 1.1: booleans as text in a POST, nested ones and capital member names too', async () => {
    const body = entraUser('odd', {
      active: 'False',
      emails: [
        { Primary: 'False', Type: 'home', Value: 'home@odd.example' },
        { Primary: 'True', Type: 'work', Value: 'odd@contoso.example' },
      ],
    });
    const answer = await contoso.scim('POST', '/Users', body);
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      active: false,
      emails: [{ value: 'odd@contoso.example', primary: true }],
    });
  });

  it('Entra 1.2: dotted paths and URNs as keys of a value without a path, by replace and by add', async () => {
    for (const [op, family, number] of [
      ['replace', 'Lund', 'E1'],
      ['add', 'Berg', 'E2'],
    ]) {
      const value = {
        displayName: 'ignored',
        'name.familyName': family,
        [`${ENTERPRISE}:employeeNumber`]: number,
        [`${CORE}:title`]: op,
        active: 'True',
      };
      const answer = await contoso.scim('PATCH', path, patch({ op, value }));
      expect(answer.status).toBe(200);
      expect(answer.body).toMatchObject({
        name: { familyName: family, givenName: 'lena' },
        [ENTERPRISE]: { employeeNumber: number },
        title: op,
      });
    }
  });

  it.each(['Add', 'Replace'])(
    'Entra 1.3: %s emails[type eq "work"].value sets the one address',
    async (op) => {
      const change = legacy([op, 'emails[type eq "work"].value', 'new@contoso.example']);
      const answer = await contoso.scim('PATCH', path, change);
      expect(answer.body.emails).toEqual([{ value: 'new@contoso.example', type: 'work', primary: true }]);
    },
  );

  it('Entra 1.4: an unknown attribute in a batch does not take the deactivation with it', async () => {
    const change = legacy(
      ['Replace', 'addresses[type eq "work"].streetAddress', 'Main Street 1'],
      ['Add', 'phoneNumbers[type eq "mobile"].value', '+46 1'],
      ['Replace', `${ENTERPRISE}:department`, 'Legal'],
      ['Replace', 'urn:ietf:params:scim:schemas:extension:contoso:2.0:User:badge', '7'],
      ['Add', 'manager', [{ $ref: '../Users/1', value: '1' }]],
      ['Replace', 'active', 'False'],
    );
    const answer = await contoso.scim('PATCH', path, change);
    expect([answer.status, answer.body.active]).toEqual([200, false]);
  });

  it('Entra 1.8: nulls and empty strings anywhere, in POST and PATCH; on an optional attribute they clear it', async () => {
    const body = entraUser('null', {
      title: null,
      addresses: null,
      phoneNumbers: [null],
      displayName: '',
      name: { formatted: null, familyName: '', givenName: null },
      [ENTERPRISE]: { employeeNumber: null, department: null, manager: null },
    });
    const created = await contoso.scim('POST', '/Users', body);
    expect(created.status).toBe(201);
    for (const name of ['title', 'name', ENTERPRISE]) expect(created.body).not.toHaveProperty([name]);
    await contoso.scim('PATCH', path, legacy(['Add', 'title', 'Boss']));
    for (const nothing of ['', null]) {
      await contoso.scim('PATCH', path, legacy(['Replace', 'title', 'Boss']));
      const answer = await contoso.scim('PATCH', path, legacy(['Replace', 'title', nothing]));
      expect(answer.status).toBe(200);
      expect(answer.body).not.toHaveProperty('title');
    }
  });

  it('Entra 1.9: roles as JSON inside a string, and selected by a primary that is text', async () => {
    const roles = ['{"id":"1","value":"Admin","displayName":"Admin"}', { primary: 'True', value: 'x' }];
    const created = await contoso.scim('POST', '/Users', entraUser('roles', { roles }));
    expect(created.status).toBe(201);
    const change = legacy(
      ['Add', 'roles', roles],
      ['Replace', 'roles[primary eq "True"].value', '{"value":"Owner"}'],
      ['Replace', 'title', 'Clerk'],
    );
    expect((await contoso.scim('PATCH', path, change)).body).toMatchObject({ title: 'Clerk' });
    const [row] = await product.sql<{ role: string }>('select role from users where id = $1', [id]);
    expect(row?.role).toBe('user');
  });

  it('Entra 1.10: answers in scim+json, with an id, unique types, and values exactly as they were sent', async () => {
    const body = entraUser('case', {
      userName: 'Case.Test@Contoso.Example',
      emails: [{ primary: true, type: 'work', value: 'Case+Tag@Contoso.Example' }],
      title: ' Chief  Ægir ',
    });
    const answer = await contoso.scim('POST', '/Users', body);
    expect(answer.headers['content-type']).toMatch(/^application\/scim\+json/);
    expect(answer.body).toMatchObject({
      id: expect.any(String),
      userName: 'Case.Test@Contoso.Example',
      emails: [{ value: 'Case+Tag@Contoso.Example' }],
      title: ' Chief  Ægir ',
    });
    const types = answer.body.emails.map((one: { type: string }) => one.type);
    expect(new Set(types).size).toBe(types.length);
  });

  it('Entra 1.11: externalId changes by PATCH', async () => {
    const answer = await contoso.scim('PATCH', path, legacy(['Replace', 'externalId', 'objectId-1']));
    expect(answer.body.externalId).toBe('objectId-1');
    const found = await contoso.scim('GET', '/Users?filter=externalId+eq+%22objectId-1%22');
    expect(found.body.Resources[0].id).toBe(id);
  });

  it("Entra 1.13: Microsoft's malformed enterprise URN is passed over", async () => {
    const odd = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0User';
    const created = await contoso.scim('POST', '/Users', {
      ...entraUser('urn'),
      schemas: [odd, CORE],
      [odd]: { employeeNumber: 'wrong' },
    });
    expect([created.status, created.body[ENTERPRISE].employeeNumber]).toEqual([201, 'E-urn']);
    const change = legacy(['Replace', `${odd}:department`, 'x'], ['Replace', 'title', 'Kept']);
    expect((await contoso.scim('PATCH', path, change)).body.title).toBe('Kept');
  });

  it('Entra 1.14: apostrophes, plus signs and quotes in filter values', async () => {
    for (const name of ["o'hara", 'ann+tag', 'sm"ith']) {
      const userName = `${name}@contoso.example`;
      const body = entraUser(`q${name.length}${name[0]}`, { userName });
      const created = await contoso.scim('POST', '/Users', body);
      const filter = new URLSearchParams({ filter: `userName eq ${JSON.stringify(userName)}` });
      const found = await contoso.scim('GET', `/Users?${filter}`);
      expect(found.body.Resources.map((one: { id: string }) => one.id)).toEqual([created.body.id]);
    }
  });

  it('URN-prefixed core paths', async () => {
    const change = legacy(
      ['Replace', `${CORE}:userName`, 'renamed@contoso.example'],
      ['Replace', `${CORE}:name.givenName`, 'Helena'],
      ['Replace', `${CORE}:emails[type eq "work"].value`, 'helena@contoso.example'],
    );
    expect((await contoso.scim('PATCH', path, change)).body).toMatchObject({
      userName: 'renamed@contoso.example',
      name: { givenName: 'Helena' },
      emails: [{ value: 'helena@contoso.example' }],
    });
  });

  it.each([
    { op: 'Add', path: 'manager', value: [{ $ref: 'http://x/Users/1', value: '1' }] },
    { op: 'Add', path: `${ENTERPRISE}:manager`, value: '1' },
    { op: 'Replace', path: `${ENTERPRISE}:manager`, value: '' },
    { op: 'Remove', path: `${ENTERPRISE}:manager` },
  ])('manager as %j is no error and is never returned as text', async (operation) => {
    const answer = await contoso.scim('PATCH', path, patch(operation));
    expect(answer.status).toBe(200);
    expect(typeof answer.body[ENTERPRISE]?.manager).not.toBe('string');
  });

  it('removal of an attribute, with or without a value', async () => {
    await contoso.scim('PATCH', path, legacy(['Add', 'title', 'Boss']));
    const change = patch(
      { op: 'Remove', path: 'title', value: 'Boss' },
      { op: 'Remove', path: 'name.familyName' },
    );
    const answer = await contoso.scim('PATCH', path, change);
    expect(answer.status).toBe(200);
    expect(answer.body).not.toHaveProperty('title');
    expect(answer.body.name).toEqual({ givenName: 'lena' });
  });

  it('both clients in one organization: a legacy disable, a restore and a rename by the flag', async () => {
    await contoso.scim('PATCH', path, legacy(['Replace', 'active', 'False'], ['Replace', 'title', 'Gone']));
    expect(await read()).toMatchObject({ active: false, title: 'Gone' });
    const restored = await contoso.scim(
      'PATCH',
      path,
      patch(
        { op: 'replace', path: 'emails[type eq "work"].value', value: 'back@contoso.example' },
        { op: 'replace', value: { 'name.familyName': 'Ek-Lund', [`${ENTERPRISE}:employeeNumber`]: 'E78' } },
        { op: 'replace', path: 'active', value: true },
      ),
    );
    expect(restored.body).toMatchObject({
      active: true,
      name: { familyName: 'Ek-Lund' },
      emails: [{ value: 'back@contoso.example' }],
      [ENTERPRISE]: { employeeNumber: 'E78' },
    });
  });

  it('the flag in the URL is passed over wherever it ends up', async () => {
    const answer = await contoso.scim('GET', '/Users?aadOptscim062020&filter=externalId+eq+%22E-lena%22');
    expect(answer.body.totalResults).toBe(1);
    const created = await contoso.scim('POST', '/Users?aadOptscim062020', entraUser('flag'));
    expect(created.status).toBe(201);
  });

  it('a soft delete, then a hard one; afterwards 404 and nobody found', async () => {
    await contoso.scim('PATCH', path, legacy(['Replace', 'active', 'False']));
    expect((await contoso.scim('DELETE', path)).status).toBe(204);
    expect((await contoso.scim('GET', path)).status).toBe(404);
    const found = await contoso.scim('GET', '/Users?filter=externalId+eq+%22E-lena%22');
    expect(found.body.totalResults).toBe(0);
  });
});
