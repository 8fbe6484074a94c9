import { logged } from '../provisioning/log-reading.js';
import { patch, pushGroup, pushUser } from '../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';

const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';

let product: TestProduct;

beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.close());

const membersOf = async (acme: TestOrganization, group: string): Promise<string[]> =>
  (await acme.scim('GET', `/Groups/${group}`)).body.members.map((one: { value: string }) => one.value);

// B29: nested groups are ignored. One that came by its id alone, as Entra writes members, was nobody, and the people
// beside it were refused with it.
describe.each(['standard', 'rfc'] as const)('a nested group by its bare id, %s', (profile) => {
  let acme: TestOrganization;
  let nested: string;
  let person: string;
  let group: string;

  beforeAll(async () => {
    acme = await product.organization({ profile });
    nested = await pushGroup(acme);
    person = await pushUser(acme);
  });
  beforeEach(async () => {
    group = await pushGroup(acme);
  });

  it('is passed over by a PATCH, which the log says; the people beside it are added', async () => {
    const value = [
      { $ref: null, value: nested },
      { $ref: null, value: person },
    ];
    const answer = await acme.scim('PATCH', `/Groups/${group}`, patch({ op: 'Add', path: 'members', value }));
    expect(answer.status).toBe(profile === 'rfc' ? 200 : 204);
    expect(await membersOf(acme, group)).toEqual([person]);
    expect((await logged(acme, answer)).ignored).toContain(`members: the group ${nested}`);
  });

  it('is passed over by PUT and POST', async () => {
    const members = [{ value: nested }, { value: person }];
    const put = { schemas: [GROUP], displayName: `put ${group}`, members };
    expect((await acme.scim('PUT', `/Groups/${group}`, put)).status).toBe(200);
    expect(await membersOf(acme, group)).toEqual([person]);
    const post = { schemas: [GROUP], displayName: `post ${group}`, members };
    const answer = await acme.scim('POST', '/Groups', post);
    expect([answer.status, answer.body.members]).toMatchObject([201, [{ value: person }]]);
    expect((await logged(acme, answer)).ignored).toEqual([`members: the group ${nested}`]);
  });

  it('of another organization is nobody here', async () => {
    const foreign = await pushGroup(await product.organization());
    const value = [{ value: foreign }, { value: person }];
    const answer = await acme.scim('PATCH', `/Groups/${group}`, patch({ op: 'add', path: 'members', value }));
    expect(answer.status).toBe(profile === 'rfc' ? 400 : 404);
    expect(await membersOf(acme, group)).toEqual([]);
  });
});
