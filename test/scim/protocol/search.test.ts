import { newUser, pushGroup, pushUser } from '../../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../../support/product.js';

const SEARCH = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';

let product: TestProduct;
let acme: TestOrganization;
let ada: string;
let bo: string;
let crew: string;

beforeAll(async () => {
  product = await startProduct();
  acme = await product.organization();
  ada = await pushUser(acme, 'ada');
  bo = (await acme.scim('POST', '/Users', newUser('bo', { title: 'Pilot' }))).body.id;
  crew = await pushGroup(acme, 'Crew', [ada]);
});
afterAll(() => product.close());

const search = (path: string, body: Record<string, unknown> = {}) =>
  acme.scim('POST', `${path}/.search`, { schemas: [SEARCH], ...body });

describe('POST /.search on a resource (RFC 7644 section 3.4.3)', () => {
  it('answers 200 with what the same query by GET answers', async () => {
    const answer = await search('/Users', { filter: 'userName eq "ada@people.example"' });
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/scim+json');
    const query = new URLSearchParams({ filter: 'userName eq "ada@people.example"' });
    expect(answer.body).toEqual((await acme.scim('GET', `/Users?${query}`)).body);
  });

  it('projects by lists of names, sorts and pages', async () => {
    const answer = await search('/Users', {
      attributes: ['userName', 'name.givenName'],
      sortBy: 'userName',
      sortOrder: 'descending',
      startIndex: 1,
      count: 1,
    });
    expect(answer.body).toMatchObject({ totalResults: 2, startIndex: 1, itemsPerPage: 1 });
    expect(answer.body.Resources).toEqual([
      { schemas: expect.any(Array), id: bo, userName: 'bo@people.example', name: { givenName: 'bo' } },
    ]);
    const groups = await search('/Groups', { excludedAttributes: ['members'] });
    expect(groups.body.Resources[0]).not.toHaveProperty('members');
  });

  it('member names in any letter case, and schemas may be left out but not wrong', async () => {
    expect((await acme.scim('POST', '/Users/.search', { COUNT: 1 })).body.itemsPerPage).toBe(1);
    const wrong = await acme.scim('POST', '/Users/.search', { schemas: ['urn:x'] });
    expect([wrong.status, wrong.body.scimType]).toEqual([400, 'invalidSyntax']);
  });

  it.each([[[]], ['x'], [{ filter: 7, count: {} }], [{ attributes: [1] }]])(
    '%j is 400 invalidSyntax',
    async (body) => {
      const answer = await acme.scim('POST', '/Users/.search', JSON.stringify(body));
      expect([answer.status, answer.body.scimType]).toEqual([400, 'invalidSyntax']);
    },
  );

  it('the rules for filters stay those of the profile (B12)', async () => {
    expect((await search('/Users', { filter: 'userName co "a"' })).status).toBe(501);
    expect((await search('/Users', { filter: 'userName' })).body.scimType).toBe('invalidFilter');
  });
});

describe('POST /.search at the root (RFC 7644 section 3.4.2.1)', () => {
  const kinds = (body: { Resources: { meta: { resourceType: string } }[] }) =>
    body.Resources.map((one) => one.meta.resourceType);

  it('finds people and groups together, each as its own resource', async () => {
    const answer = await search('', {});
    expect(answer.status).toBe(200);
    expect(answer.body.totalResults).toBe(3);
    expect(kinds(answer.body)).toEqual(['User', 'User', 'Group']);
    expect(answer.body.Resources[0]).toEqual((await acme.scim('GET', `/Users/${ada}`)).body);
    expect(answer.body.Resources[2]).toEqual((await acme.scim('GET', `/Groups/${crew}`)).body);
    expect((await acme.scim('GET', '/')).body).toEqual(answer.body);
  });

  it('an attribute only one of them has is without a value on the other', async () => {
    const byName = await search('', { filter: 'displayName eq "crew"' });
    expect(byName.body.Resources.map((one: { id: string }) => one.id)).toEqual([crew]);
    const byUser = await search('', { filter: 'userName eq "bo@people.example"' });
    expect(byUser.body.Resources.map((one: { id: string }) => one.id)).toEqual([bo]);
    const byMail = await search('', { filter: 'emails[type eq "work"].value eq "bo@people.example"' });
    expect(byMail.body.totalResults).toBe(1);
    expect((await search('', { filter: `id eq "${crew}"` })).body.totalResults).toBe(1);
    expect((await search('', { filter: 'title pr' })).status).toBe(501);
  });

  it('sorts over both, pages by index and by cursor', async () => {
    const byType = await search('', { sortBy: 'meta.resourceType' });
    expect(kinds(byType.body)).toEqual(['Group', 'User', 'User']);
    const byTitle = await search('', { sortBy: 'title', count: 1 });
    expect(byTitle.body).toMatchObject({ totalResults: 3, Resources: [{ id: bo }] });
    const first = await search('', { cursor: '', count: 2, sortBy: 'displayName' });
    const second = await search('', { cursor: first.body.nextCursor, sortBy: 'displayName' });
    expect([...kinds(first.body), ...kinds(second.body)]).toEqual(['Group', 'User', 'User']);
    expect((await search('', { sortBy: 'shoeSize' })).body.scimType).toBe('invalidValue');
  });

  it('shows nothing of another organization, and nothing without a credential', async () => {
    const other = await product.organization();
    const answer = await other.scim('POST', '/.search', { schemas: [SEARCH] });
    expect(answer.body).toMatchObject({ totalResults: 0, Resources: [] });
    const anonymous = await acme.scim('POST', '/.search', { schemas: [SEARCH] }, { authorization: 'none' });
    expect(anonymous.status).toBe(401);
  });
});
