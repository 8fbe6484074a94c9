import { patch, pushUser } from '../../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../../support/product.js';
import { GROUP } from './bodies.js';

let product: TestProduct;
let initech: TestOrganization;

/** OneLogin names schemas of SCIM 1.1 in its 2.0 messages. */
const OLD = ['urn:scim:schemas:core:2.0', 'urn:scim:schemas:extension:enterprise:2.0'];
const HEADERS = { 'content-type': 'application/scim+json', 'user-agent': '' };

beforeAll(async () => {
  product = await startProduct();
});
beforeEach(async () => {
  initech = await product.organization({ provider: 'onelogin', showsAllGroups: true });
});
afterAll(() => product.close());

const template = (name: string, more: Record<string, unknown> = {}) => ({
  schemas: OLD,
  id: null,
  active: 'true',
  externalId: `ol-${name}`,
  userName: `${name}@initech.example`,
  name: { givenName: name, familyName: 'Ek', formatted: `${name} Ek` },
  emails: [{ value: `${name}@initech.example`, type: 'work', primary: true }],
  [OLD[1] ?? '']: { manager: { managerId: '1', displayName: 'Bill' } },
  ...more,
});

describe('OneLogin', () => {
  it('OneLogin 3.1: the connection test: plus signs, and an & at the end', async () => {
    const answer = await initech.scim(
      'GET',
      '/Users?filter=userName+eq+%22lena%40initech.example%22&',
      undefined,
      HEADERS,
    );
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ totalResults: 0, Resources: [] });
  });

  it('OneLogin 3.2: a creation with id null, "true" as text and schemas that are not the RFC\'s', async () => {
    const answer = await initech.scim('POST', '/Users', template('lena'), HEADERS);
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ id: expect.any(String), active: true, externalId: 'ol-lena' });
  });

  it('OneLogin 3.3: a PUT with a lone question mark suspends and reactivates', async () => {
    const { id } = (await initech.scim('POST', '/Users', template('lena'), HEADERS)).body;
    for (const active of [false, true]) {
      const answer = await initech.scim('PUT', `/Users/${id}?`, template('lena', { id, active }), HEADERS);
      expect([answer.status, answer.body.active]).toEqual([200, active]);
    }
  });

  it('OneLogin 3.4: emails as one object in place of the list', async () => {
    const emails = { value: 'solo@initech.example', type: 'work', primary: true };
    const answer = await initech.scim('POST', '/Users', template('solo', { emails }), HEADERS);
    expect(answer.body.emails).toEqual([{ value: 'solo@initech.example', type: 'work', primary: true }]);
  });

  it('OneLogin 3.5: a refresh of entitlements lists every group with id and name, those made here too (B24)', async () => {
    const mutation = 'mutation ($input: CreateGroupInput!) { createGroup(input: $input) { id } }';
    await initech.graphql(mutation, { input: { displayName: 'Made here' } });
    await initech.scim('POST', '/Groups', { schemas: [GROUP], displayName: 'Pushed' }, HEADERS);
    const answer = await initech.scim('GET', '/Groups?', undefined, HEADERS);
    expect(answer.body.Resources).toMatchObject([
      { id: expect.any(String), displayName: 'Made here' },
      { id: expect.any(String), displayName: 'Pushed' },
    ]);
  });

  it('OneLogin 3.6: a rule sets a group by an add that is repeated, and unsets it', async () => {
    const id = await pushUser(initech);
    const group = (await initech.scim('POST', '/Groups', { displayName: 'Rule' }, HEADERS)).body.id;
    const add = patch({ op: 'add', path: 'members', value: [{ value: id }] });
    for (let times = 0; times < 3; times += 1) {
      expect((await initech.scim('PATCH', `/Groups/${group}?`, add, HEADERS)).status).toBe(204);
    }
    const members = async () => (await initech.scim('GET', `/Groups/${group}`)).body.members;
    expect(await members()).toMatchObject([{ value: id }]);
    await initech.scim(
      'PATCH',
      `/Groups/${group}?`,
      patch({ op: 'remove', path: 'members', value: [{ value: id }] }),
      HEADERS,
    );
    expect(await members()).toEqual([]);
  });

  it('OneLogin 3.7: a Content-Type on requests without a body is no error', async () => {
    const id = await pushUser(initech);
    expect((await initech.scim('GET', `/Users/${id}`, undefined, HEADERS)).status).toBe(200);
    expect((await initech.scim('DELETE', `/Users/${id}`, undefined, HEADERS)).status).toBe(204);
  });
});
