import { patch } from '../../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../../support/product.js';
import { entraUser, GROUP, legacy } from './bodies.js';

let product: TestProduct;
let contoso: TestOrganization;
let people: string[];
let group: string;
let path: string;

const ADSCIM = 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group';

beforeAll(async () => {
  product = await startProduct();
});
beforeEach(async () => {
  contoso = await product.organization({ provider: 'entra' });
  people = [];
  for (const name of ['ana', 'bjorn', 'chidi']) {
    people.push((await contoso.scim('POST', '/Users', entraUser(name))).body.id);
  }
  const body = {
    schemas: [GROUP, ADSCIM],
    externalId: 'g-1',
    displayName: 'Sales',
    meta: { resourceType: 'Group' },
  };
  const created = await contoso.scim('POST', '/Groups', body);
  expect(created.status).toBe(201);
  group = created.body.id;
  path = `/Groups/${group}`;
});
afterAll(() => product.close());

const refs = (...ids: (string | undefined)[]) => ids.map((value) => ({ $ref: null, value }));
const members = async (): Promise<string[]> =>
  (await contoso.scim('GET', path)).body.members.map((one: { value: string }) => one.value).sort();
const some = (...at: number[]) => at.map((index) => people[index]).sort();

describe('Microsoft Entra ID, groups', () => {
  it('matches by name and reads without members', async () => {
    await contoso.scim('PATCH', path, legacy(['Add', 'members', refs(...people)]));
    const list = await contoso.scim(
      'GET',
      '/Groups?excludedAttributes=members&filter=displayName+eq+%22sales%22',
    );
    expect(list.body).toMatchObject({ totalResults: 1, Resources: [{ id: group, externalId: 'g-1' }] });
    expect(list.body.Resources[0]).not.toHaveProperty('members');
    expect((await contoso.scim('GET', `${path}?excludedAttributes=members`)).body).not.toHaveProperty(
      'members',
    );
  });

  it.each(['id+eq+%22G%22+and+members+eq+%22U%22', 'members+eq+%22U%22+and+id+eq+%22G%22'])(
    'probes a membership by %s',
    async (form) => {
      await contoso.scim('PATCH', path, legacy(['Add', 'members', refs(people[0])]));
      const probe = async (user = '') =>
        (await contoso.scim('GET', `/Groups?filter=${form.replace('G', group).replace('U', user)}`)).body
          .totalResults;
      expect([await probe(people[0]), await probe(people[1])]).toEqual([1, 0]);
    },
  );

  it('Entra 1.5: a remove with a value list removes just those', async () => {
    await contoso.scim('PATCH', path, legacy(['Add', 'members', refs(...people)]));
    const answer = await contoso.scim('PATCH', path, legacy(['Remove', 'members', refs(people[1])]));
    expect([answer.status, answer.body]).toEqual([204, '']);
    expect(await members()).toEqual(some(0, 2));
    await contoso.scim('PATCH', path, legacy(['Remove', 'members', []]));
    expect(await members()).toEqual(some(0, 2));
  });

  it('Entra 1.6: redundant adds, adds of members and removes of strangers are no errors', async () => {
    await contoso.scim('PATCH', path, legacy(['Add', 'members', refs(people[0])]));
    const change = legacy(
      ['Add', 'members', refs(people[0], people[0], people[1])],
      ['Remove', 'members', refs(people[2])],
      ['Remove', 'members', refs('0194f000-0000-7000-8000-000000000000')],
      ['Add', 'members', refs(people[0])],
    );
    expect((await contoso.scim('PATCH', path, change)).status).toBe(204);
    expect(await members()).toEqual(some(0, 1));
  });

  it('Entra 1.7: a nested group arrives as a member and is passed over', async () => {
    const nested = (await contoso.scim('POST', '/Groups', { schemas: [GROUP], displayName: 'Nested' })).body
      .id;
    const value = [
      { value: nested, type: 'Group' },
      { value: nested, $ref: `https://x/scim/v2/Groups/${nested}` },
      { value: people[0], $ref: null },
    ];
    expect((await contoso.scim('PATCH', path, patch({ op: 'Add', path: 'members', value }))).status).toBe(
      204,
    );
    expect(await members()).toEqual(some(0));
  });

  it.each([
    { op: 'Replace', path: 'externalId', value: 'g-2' },
    { op: 'replace', value: { externalId: 'g-2' } },
    { op: 'Add', path: 'externalId', value: 'g-2' },
  ])('Entra 1.12: %j changes only that and leaves the members alone', async (operation) => {
    await contoso.scim('PATCH', path, legacy(['Add', 'members', refs(...people)]));
    expect((await contoso.scim('PATCH', path, patch(operation))).status).toBe(204);
    expect((await contoso.scim('GET', path)).body).toMatchObject({ externalId: 'g-2', displayName: 'Sales' });
    expect(await members()).toEqual(some(0, 1, 2));
  });

  it('both clients on one group: Add and Remove with lists, remove with a value path, renames with and without a path', async () => {
    await contoso.scim('PATCH', path, legacy(['Add', 'members', refs(...people)]));
    const flag = patch({ op: 'remove', path: `members[value eq "${people[0]}"]` });
    expect((await contoso.scim('PATCH', path, flag)).status).toBe(204);
    expect(await members()).toEqual(some(1, 2));
    await contoso.scim('PATCH', path, legacy(['Remove', 'members', refs(people[1])]));
    await contoso.scim('PATCH', path, patch({ op: 'add', path: 'members', value: refs(people[0]) }));
    expect(await members()).toEqual(some(0, 2));
    await contoso.scim('PATCH', path, legacy(['Replace', 'displayName', 'Sales EMEA']));
    await contoso.scim('PATCH', path, patch({ op: 'replace', value: { displayName: 'Sales World' } }));
    expect((await contoso.scim('GET', path)).body.displayName).toBe('Sales World');
    expect(await members()).toEqual(some(0, 2));
  });

  it('one PATCH for each member, all at once, loses nobody', async () => {
    const answers = await Promise.all(
      people.map((id) => contoso.scim('PATCH', path, legacy(['Add', 'members', refs(id)]))),
    );
    expect(answers.map((answer) => answer.status)).toEqual([204, 204, 204]);
    expect(await members()).toEqual(some(0, 1, 2));
  });

  it('a name that is taken is 409 uniqueness', async () => {
    const answer = await contoso.scim('POST', '/Groups', { schemas: [GROUP], displayName: 'SALES' });
    expect([answer.status, answer.body.scimType]).toEqual([409, 'uniqueness']);
  });

  it('the people stay when the group goes', async () => {
    await contoso.scim('PATCH', path, legacy(['Add', 'members', refs(...people)]));
    expect((await contoso.scim('DELETE', path)).status).toBe(204);
    expect((await contoso.scim('GET', '/Users?count=0')).body.totalResults).toBe(3);
  });
});
