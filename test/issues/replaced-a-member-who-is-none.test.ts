import { newId } from '../../src/kernel/ids.js';
import { newUser, patch, pushGroup } from '../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';

let product: TestProduct;
let acme: TestOrganization;
beforeAll(async () => {
  product = await startProduct();
  acme = await product.organization({ profile: 'rfc' });
});
afterAll(() => product.close());

const person = async (): Promise<string> => (await acme.scim('POST', '/Users', newUser())).body.id;
const replace = (id: string, by: string) => ({
  op: 'replace',
  path: `members[value eq "${id}"]`,
  value: { value: by },
});
const add = (id: string) => ({ op: 'add', path: 'members', value: [{ value: id }] });
const remove = (id: string) => ({ op: 'remove', path: `members[value eq "${id}"]` });
const membersOf = (body: { members: { value: string }[] }) => body.members.map(({ value }) => value);

// What a value path selects must be there to be replaced (RFC 7644 section 3.5.2.3). For people that was so; of a group the
// new member was added beside a 200.
describe('a replace of a member by a value path, in the rfc profile', () => {
  it('is 400 noTarget when they are no member, whatever the operations before it did', async () => {
    const [ann, bo, cy] = [await person(), await person(), await person()];
    const group = await pushGroup(acme, undefined, [ann]);
    const before = (await acme.scim('GET', `/Groups/${group}`)).body;
    const all = { op: 'replace', path: 'members', value: [{ value: bo }] };
    for (const operations of [
      [replace(bo, cy)],
      [replace(newId(), cy)],
      [replace('nobody', cy)],
      [remove(ann), replace(ann, cy)],
      [all, replace(ann, cy)],
    ]) {
      const { status, body } = await acme.scim('PATCH', `/Groups/${group}`, patch(...operations));
      expect([status, body.scimType]).toEqual([400, 'noTarget']);
      expect(body.detail).toContain('is no member of this group');
    }
    expect((await acme.scim('GET', `/Groups/${group}`)).body).toEqual(before);
  });

  it('takes the place of one who is, or was added by an operation before it', async () => {
    const [ann, bo, cy] = [await person(), await person(), await person()];
    const group = await pushGroup(acme, undefined, [ann]);
    const first = await acme.scim('PATCH', `/Groups/${group}`, patch(replace(ann, bo)));
    expect([first.status, membersOf(first.body)]).toEqual([200, [bo]]);
    const second = await acme.scim('PATCH', `/Groups/${group}`, patch(add(ann), replace(ann, cy)));
    expect([second.status, membersOf(second.body).sort()]).toEqual([200, [bo, cy].sort()]);
  });
});
