import { randomUUID } from 'node:crypto';
import { patch, pushGroup } from '../../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../../support/product.js';
import { CORE, GROUP } from './full-user.js';

let product: TestProduct;
let acme: TestOrganization;
let ada: string;
let bo: string;

beforeAll(async () => {
  product = await startProduct();
});
beforeEach(async () => {
  acme = await product.organization({ profile: 'rfc' });
  [ada, bo] = [await person('ada', { displayName: 'Ada L' }), await person('bo')];
});
afterAll(() => product.close());

async function person(userName: string, rest: Record<string, unknown> = {}): Promise<string> {
  const { body } = await acme.scim('POST', '/Users', { schemas: [CORE], userName, ...rest });
  return body.id;
}

const values = (body: { members: { value: string }[] }): string[] => body.members.map((one) => one.value);

describe('PATCH of a group in the rfc profile', () => {
  it('answers 200 with the resource, its ETag and its place', async () => {
    const id = await pushGroup(acme, 'Team');
    const answer = await acme.scim(
      'PATCH',
      `/Groups/${id}`,
      patch({ op: 'add', path: 'members', value: [{ value: ada }] }),
    );
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ schemas: [GROUP], id, displayName: 'Team' });
    expect(answer.body.members).toEqual([
      { value: ada, display: 'Ada L', type: 'User', $ref: expect.stringContaining(`/Users/${ada}`) },
    ]);
    expect(answer.headers.etag).toBe(answer.body.meta.version);
    expect(answer.headers['content-location']).toBe(answer.body.meta.location);
    expect((await acme.scim('GET', `/Groups/${id}`)).body).toEqual(answer.body);
  });

  it('keeps a member that is added twice once', async () => {
    const id = await pushGroup(acme, 'Twice', [ada, ada]);
    const again = { op: 'add', path: 'members', value: [{ value: ada }, { value: bo }, { value: bo }] };
    const answer = await acme.scim('PATCH', `/Groups/${id}`, patch(again, again));
    expect(values(answer.body).sort()).toEqual([ada, bo].sort());
  });

  it('that changes nothing leaves version and lastModified', async () => {
    const id = await pushGroup(acme, 'Same', [ada]);
    const before = await acme.scim('GET', `/Groups/${id}`);
    const answer = await acme.scim(
      'PATCH',
      `/Groups/${id}`,
      patch(
        { op: 'add', path: 'members', value: [{ value: ada }] },
        { op: 'remove', path: `members[value eq "${bo}"]` },
        { op: 'replace', path: 'displayName', value: 'Same' },
      ),
    );
    expect(answer.body).toEqual(before.body);
  });

  it('replaces members and details without a path, and removes the externalId', async () => {
    const id = await pushGroup(acme, 'Old', [ada]);
    const whole = { displayName: 'New', externalId: 'x', members: [{ value: bo }] };
    const answer = await acme.scim('PATCH', `/Groups/${id}`, patch({ op: 'replace', value: whole }));
    expect(answer.body).toMatchObject({ displayName: 'New', externalId: 'x' });
    expect(values(answer.body)).toEqual([bo]);
    const removed = await acme.scim('PATCH', `/Groups/${id}`, patch({ op: 'remove', path: 'externalId' }));
    expect(removed.body).not.toHaveProperty('externalId');
    const added = await acme.scim(
      'PATCH',
      `/Groups/${id}`,
      patch({ op: 'add', path: 'displayName', value: 'Newer' }),
    );
    expect(added.body.displayName).toBe('Newer');
  });

  it.each([
    ['an unknown attribute', { op: 'replace', path: 'nickName', value: 'x' }, 'invalidPath'],
    ['the removal of an unknown attribute', { op: 'remove', path: 'nickName' }, 'invalidPath'],
    ['an add to an unknown attribute', { op: 'add', path: 'nickName', value: 'x' }, 'invalidPath'],
    ['the id', { op: 'replace', path: 'id', value: 'x' }, 'mutability'],
    ['the removal of the name', { op: 'remove', path: 'displayName' }, 'mutability'],
    ['an empty name', { op: 'replace', path: 'displayName', value: '' }, 'invalidValue'],
    [
      'a member who is nobody',
      { op: 'add', path: 'members', value: [{ value: randomUUID() }] },
      'invalidValue',
    ],
    [
      'a member whose id is no id',
      { op: 'add', path: 'members', value: [{ value: 'nobody' }] },
      'invalidValue',
    ],
  ])('refuses %s with 400 and changes nothing', async (_what, operation, scimType) => {
    const id = await pushGroup(acme, 'Kept', [ada]);
    const before = await acme.scim('GET', `/Groups/${id}`);
    const answer = await acme.scim(
      'PATCH',
      `/Groups/${id}`,
      patch({ op: 'add', path: 'members', value: [{ value: bo }] }, operation),
    );
    expect(answer).toMatchObject({ status: 400, body: { scimType } });
    expect((await acme.scim('GET', `/Groups/${id}`)).body).toEqual(before.body);
  });
});

describe('groups in the rfc profile', () => {
  it('refuse an unknown member in POST and PUT with 400 invalidValue', async () => {
    const wrong = { schemas: [GROUP], displayName: 'X', members: [{ value: randomUUID() }] };
    expect(await acme.scim('POST', '/Groups', wrong)).toMatchObject({
      status: 400,
      body: { scimType: 'invalidValue' },
    });
    const id = await pushGroup(acme, 'Y', [ada]);
    expect((await acme.scim('PUT', `/Groups/${id}`, { ...wrong, displayName: 'Y' })).status).toBe(400);
  });

  it('are replaced by PUT as a whole: members that are left out are gone', async () => {
    const id = await pushGroup(acme, 'Whole', [ada, bo]);
    const answer = await acme.scim('PUT', `/Groups/${id}`, { schemas: [GROUP], displayName: 'Whole' });
    expect(answer.status).toBe(200);
    expect(values(answer.body)).toEqual([]);
  });

  it('share an externalId, but not a name', async () => {
    const body = { schemas: [GROUP], externalId: 'same' };
    expect((await acme.scim('POST', '/Groups', { ...body, displayName: 'One' })).status).toBe(201);
    expect((await acme.scim('POST', '/Groups', { ...body, displayName: 'Two' })).status).toBe(201);
    expect((await acme.scim('POST', '/Groups', { ...body, displayName: 'ONE' })).status).toBe(409);
  });

  it.each([
    ['displayName co "inee"', ['Engineers']],
    ['displayName sw "e" or externalId pr', ['Engineers', 'Sales']],
    [`${GROUP}:displayName eq "SALES"`, ['Sales']],
    [`schemas eq "${GROUP}" and not (displayName eq "Sales")`, ['Engineers']],
    ['members pr', ['Engineers']],
    ['members.type eq "User"', ['Engineers']],
    ['meta.lastModified gt "2001-01-01T00:00:00Z"', ['Engineers', 'Sales']],
  ])('answer %s', async (filter, expected) => {
    await pushGroup(acme, 'Engineers', [ada]);
    await acme.scim('POST', '/Groups', { schemas: [GROUP], displayName: 'Sales', externalId: 's' });
    const { body } = await acme.scim('GET', `/Groups?filter=${encodeURIComponent(filter)}`);
    expect(body.Resources.map((one: { displayName: string }) => one.displayName).sort()).toEqual(expected);
  });

  it('are derived in user.groups, which follow every change', async () => {
    const id = await pushGroup(acme, 'Derived', [ada]);
    const groupsOf = async () => (await acme.scim('GET', `/Users/${ada}`)).body.groups;
    expect(await groupsOf()).toEqual([
      { value: id, display: 'Derived', type: 'direct', $ref: expect.stringContaining(`/Groups/${id}`) },
    ]);
    await acme.scim('PATCH', `/Groups/${id}`, patch({ op: 'remove', path: 'members' }));
    expect(await groupsOf()).toEqual([]);
  });

  it('answer attributes and excludedAttributes in every method', async () => {
    const id = await pushGroup(acme, 'Part', [ada]);
    const rename = patch({ op: 'replace', path: 'displayName', value: 'Part 2' });
    const some = await acme.scim('PATCH', `/Groups/${id}?attributes=displayName`, rename);
    expect(some.body).toEqual({ schemas: [GROUP], id, displayName: 'Part 2' });
    const rest = await acme.scim('PATCH', `/Groups/${id}?excludedAttributes=members`, rename);
    expect(rest.body).not.toHaveProperty('members');
  });
});
