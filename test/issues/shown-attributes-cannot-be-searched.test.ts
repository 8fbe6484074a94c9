import { newUser, pushGroup, pushUser } from '../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';

let product: TestProduct;
let acme: TestOrganization;
let ann: { id: string; meta: { location: string; version: string } };
let group: { id: string; meta: { location: string } };
let other: string;

beforeAll(async () => {
  product = await startProduct();
  acme = await product.organization({ profile: 'rfc' });
  ann = (await acme.scim('POST', '/Users', newUser('ann', { displayName: 'Ann Example' }))).body;
  other = await pushUser(acme, 'ben');
  group = (await acme.scim('GET', `/Groups/${await pushGroup(acme, 'Alpha', [ann.id])}`)).body;
  await pushGroup(acme, 'Beta', [other]);
  await acme.scim('PUT', `/Users/${other}`, newUser('ben', { title: 'changed' }));
});
afterAll(() => product.close());

const found = async (path: string, filter: string): Promise<string[]> => {
  const { status, body } = await acme.scim('GET', `${path}?filter=${encodeURIComponent(filter)}`);
  expect(status).toBe(200);
  return body.Resources.map((one: { id: string }) => one.id);
};

// B12: on an `rfc` connection the whole grammar works on every attribute. What an answer is given besides (addresses, the
// ETag, the name of a member) was 400 invalidFilter.
describe('what an answer shows can be searched', () => {
  it.each([
    ['meta.location eq', () => `meta.location eq "${ann.meta.location}"`],
    ['meta.location ew', () => `meta.location ew "/Users/${ann.id}"`],
    ['meta.location of nobody', () => `not (meta.location ne "${ann.meta.location}")`],
    ['meta.version eq', () => 'meta.version eq "W/\\"1\\"" and userName sw "ann"'],
    ['meta.version ne', () => 'meta.version ne "W/\\"2\\""'],
    ['groups.$ref eq', () => `groups.$ref eq "${group.meta.location}"`],
    ['groups.$ref in brackets', () => `groups[$ref co "${group.id}" and display eq "alpha"]`],
  ])('of a person: %s', async (_title, filter) => {
    expect(await found('/Users', filter())).toEqual([ann.id]);
  });

  it.each([
    ['members.display eq', () => 'members.display eq "ann example"'],
    ['members.display sw, in brackets', () => `members[display sw "ANN" and value eq "${ann.id}"]`],
    ['members.$ref eq', () => `members.$ref eq "${ann.meta.location}"`],
    ['meta.location eq', () => `meta.location eq "${group.meta.location}"`],
    ['members.$ref not', () => `not (members.$ref ew "/Users/${other}")`],
  ])('of a group: %s', async (_title, filter) => {
    expect(await found('/Groups', filter())).toEqual([group.id]);
  });

  it('an address of another host, another resource or nobody is nobody', async () => {
    const { location } = ann.meta;
    expect(await found('/Users', `meta.location eq "${location.replace('http', 'ftp')}"`)).toEqual([]);
    expect(await found('/Users', `meta.location eq "${location.replace('Users', 'Groups')}"`)).toEqual([]);
    expect(await found('/Users', `meta.location eq "${location}0"`)).toEqual([]);
    expect(await found('/Users', 'meta.location pr and meta.version pr')).toHaveLength(2);
  });

  it('over both resources, by a search in the body', async () => {
    const filter = `meta.location eq "${group.meta.location}" or meta.location eq "${ann.meta.location}"`;
    const { body } = await acme.scim('POST', '/.search', { filter });
    expect(body.Resources.map((one: { id: string }) => one.id).sort()).toEqual([ann.id, group.id].sort());
  });

  it('and sorted by', async () => {
    const names = async (path: string) =>
      (await acme.scim('GET', path)).body.Resources.map((one: { displayName: string }) => one.displayName);
    expect(await names('/Groups?sortBy=members.display&sortOrder=descending')).toEqual(['Beta', 'Alpha']);
    expect(await names('/Groups?sortBy=members.display')).toEqual(['Alpha', 'Beta']);
    expect(await names('/Groups?sortBy=meta.version')).toEqual(['Alpha', 'Beta']);
  });
});
