import { newUser, patch, pushGroup, pushUser } from '../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';

let product: TestProduct;
let acme: TestOrganization;
let user: string;
let group: string;

beforeAll(async () => {
  product = await startProduct();
  acme = await product.organization();
});
beforeEach(async () => {
  user = `/Users/${await pushUser(acme)}`;
  group = `/Groups/${await pushGroup(acme)}`;
});
afterAll(() => product.close());

const rename = () => patch({ op: 'replace', path: 'displayName', value: `renamed ${group}` });
const retitle = () => patch({ op: 'replace', path: 'title', value: 'Boss' });

// RFC 9110 section 13.1.2: a change whose If-None-Match names what is there must not be made. The header was read by GET
// and HEAD only.
it.each(['*', 'W/"1"', '"1"', 'W/"7", W/"1"'])(
  'If-None-Match: %s refuses every change with 412',
  async (tag) => {
    const headers = { 'if-none-match': tag };
    const answers = [
      await acme.scim('PUT', user, newUser(), headers),
      await acme.scim('PATCH', user, retitle(), headers),
      await acme.scim('DELETE', user, undefined, headers),
      await acme.scim('PATCH', group, rename(), headers),
      await acme.scim('PUT', group, { displayName: 'other' }, headers),
      await acme.scim('DELETE', group, undefined, headers),
    ];
    expect(answers.map((answer) => answer.status)).toEqual([412, 412, 412, 412, 412, 412]);
    expect(answers[0]?.body.detail).toContain('If-None-Match');
    expect((await acme.scim('GET', user)).headers.etag).toBe('W/"1"');
    expect((await acme.scim('GET', group)).headers.etag).toBe('W/"1"');
  },
);

it('one that names other versions lets the change pass, and If-Match still counts beside it', async () => {
  const other = { 'if-none-match': 'W/"2", "x"' };
  expect((await acme.scim('PATCH', user, retitle(), { ...other, 'if-match': 'W/"9"' })).status).toBe(412);
  expect((await acme.scim('PATCH', user, retitle(), { ...other, 'if-match': 'W/"1"' })).status).toBe(200);
  expect((await acme.scim('PATCH', user, retitle(), other)).status).toBe(412);
  expect((await acme.scim('PATCH', group, rename(), other)).status).toBe(204);
});

it('creation and search are no change of what the tag names', async () => {
  const headers = { 'if-none-match': '*' };
  expect((await acme.scim('POST', '/Users', newUser(), headers)).status).toBe(201);
  expect((await acme.scim('POST', '/Users/.search', {}, headers)).status).toBe(200);
});
