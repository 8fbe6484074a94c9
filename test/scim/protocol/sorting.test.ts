import { newUser, pushGroup, pushUser } from '../../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../../support/product.js';

let product: TestProduct;
let acme: TestOrganization;

beforeAll(async () => {
  product = await startProduct();
  acme = await product.organization();
  for (const [name, title, family] of [
    ['cleo', 'engineer', 'Zeta'],
    ['Anna', undefined, 'alpha'],
    ['bert', 'Architect', 'Zeta'],
    ['Dora', 'Engineer', 'Beta'],
  ] as const) {
    const body = newUser(name, { name: { givenName: name, familyName: family }, ...(title && { title }) });
    const answer = await acme.scim('POST', '/Users', body);
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
  }
  for (const name of ['beta', 'Alpha', 'gamma']) await pushGroup(acme, name);
});
afterAll(() => product.close());

const givenNames = async (query: string): Promise<string[]> => {
  const answer = await acme.scim('GET', `/Users?${query}`);
  expect(answer.status).toBe(200);
  return answer.body.Resources.map((one: { name: { givenName: string } }) => one.name.givenName);
};

describe('sortBy and sortOrder (RFC 7644 section 3.4.2.3)', () => {
  it.each([
    ['sortBy=userName', ['Anna', 'bert', 'cleo', 'Dora']],
    ['sortBy=USERNAME&sortOrder=Descending', ['Dora', 'cleo', 'bert', 'Anna']],
    ['sortBy=emails.value', ['Anna', 'bert', 'cleo', 'Dora']],
    ['sortBy=emails', ['Anna', 'bert', 'cleo', 'Dora']],
    ['sortBy=externalId', ['Anna', 'Dora', 'bert', 'cleo']],
    ['sortBy=urn:ietf:params:scim:schemas:core:2.0:User:userName', ['Anna', 'bert', 'cleo', 'Dora']],
    ['sortBy=meta.created&sortOrder=descending', ['Dora', 'bert', 'Anna', 'cleo']],
    ['sortBy=id', ['cleo', 'Anna', 'bert', 'Dora']],
    ['sortBy=active', ['cleo', 'Anna', 'bert', 'Dora']],
    ['sortBy=meta.resourceType', ['cleo', 'Anna', 'bert', 'Dora']],
    ['sortOrder=descending', ['cleo', 'Anna', 'bert', 'Dora']],
  ])('%s', async (query, expected) => {
    expect(await givenNames(query)).toEqual(expected);
  });

  it('letter case is set aside where an attribute is not caseExact, and ties keep the order of the ids', async () => {
    expect(await givenNames('sortBy=name.familyName')).toEqual(['Anna', 'Dora', 'cleo', 'bert']);
    expect(await givenNames('sortBy=name.familyName&sortOrder=descending')).toEqual([
      'cleo',
      'bert',
      'Dora',
      'Anna',
    ]);
  });

  it('whoever has no value comes last, and first when descending', async () => {
    expect(await givenNames('sortBy=title')).toEqual(['bert', 'cleo', 'Dora', 'Anna']);
    expect(await givenNames('sortBy=title&sortOrder=descending')).toEqual(['Anna', 'cleo', 'Dora', 'bert']);
  });

  it('pages by index keep the order', async () => {
    const pages = [
      await givenNames('sortBy=userName&count=2'),
      await givenNames('sortBy=userName&count=2&startIndex=3'),
    ];
    expect(pages).toEqual([
      ['Anna', 'bert'],
      ['cleo', 'Dora'],
    ]);
  });

  it('groups sort too', async () => {
    const answer = await acme.scim('GET', '/Groups?sortBy=displayName&sortOrder=descending');
    expect(answer.body.Resources.map((one: { displayName: string }) => one.displayName)).toEqual([
      'gamma',
      'beta',
      'Alpha',
    ]);
  });

  it('a group sorts by its first member, a person by the first group', async () => {
    const other = await product.organization();
    const [first, second] = [await pushUser(other), await pushUser(other)];
    const one = await pushGroup(other, 'one', [second]);
    const two = await pushGroup(other, 'two', [second, first]);
    const ids = async (path: string) =>
      (await other.scim('GET', path)).body.Resources.map((found: { id: string }) => found.id);
    expect(await ids('/Groups?sortBy=members.value')).toEqual([two, one]);
    expect(await ids('/Groups?sortBy=members')).toEqual([two, one]);
    expect(await ids('/Users?sortBy=groups.display')).toEqual([second, first]);
  });

  it.each([
    ['sortBy=favouriteColour', 'has no attribute'],
    ['sortBy=name', 'name.givenName, name.familyName'],
    ['sortBy=meta.location', 'orders nothing'],
    ['sortBy=userName&sortOrder=sideways', 'ascending or descending'],
  ])('%s is 400 invalidValue', async (query, sentence) => {
    const answer = await acme.scim('GET', `/Users?${query}`);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({
      scimType: 'invalidValue',
      detail: expect.stringContaining(sentence),
    });
  });

  it('is advertised', async () => {
    expect((await acme.scim('GET', '/ServiceProviderConfig')).body.sort).toEqual({ supported: true });
  });
});
