import { patch, pushGroup } from '../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';

let product: TestProduct;
let acme: TestOrganization;

beforeAll(async () => {
  product = await startProduct();
  acme = await product.organization();
});
afterAll(() => product.close());

// 400,000 unknown attributes in 7 MB kept the process busy for two seconds, and with it every organization (abuse 15).
it('a body of very many values is refused before it is read', async () => {
  const group = await pushGroup(acme);
  const many = Object.fromEntries(Array.from({ length: 400_000 }, (_, index) => [`k${index}`, index]));
  for (const [method, path, body] of [
    ['POST', '/Groups', many],
    ['PUT', `/Groups/${group}`, { displayName: 'x', members: Array(2_000_000).fill(1) }],
    ['PATCH', `/Groups/${group}`, patch({ op: 'replace', value: many })],
  ] as const) {
    const answer = await acme.scim(method, path, body);
    expect(answer.status).toBe(413);
    expect(answer.body.detail).toContain('250000 and 10000 are allowed');
  }
});

it('ten thousand members with everything a provider says of them are not too many', async () => {
  const group = await pushGroup(acme);
  const members = Array.from({ length: 10_000 }, (_, index) => ({
    ...{
      value: group.replace(/.{5}$/, `${10_000 + index}`),
      display: `Person, number ${index}`,
      type: 'User',
    },
    $ref: `https://acme.example/scim/v2/Users/${index}`,
  }));
  const answer = await acme.scim(
    'PATCH',
    `/Groups/${group}`,
    patch({ op: 'add', path: 'members', value: members }),
  );
  expect(answer.status).toBe(404);
});
