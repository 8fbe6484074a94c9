import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';

let product: TestProduct;
let acme: TestOrganization;
let globex: TestOrganization;

beforeAll(async () => {
  product = await startProduct();
  [acme, globex] = [await product.organization(), await product.organization()];
});
afterAll(() => product.close());

const ask = async (host: string | string[]) => {
  const list = await product.app.inject({
    url: '/scim/v2/Users',
    headers: { authorization: `Bearer ${acme.token}`, host } as Record<string, string>,
  });
  const organization = await product.app.inject({
    method: 'POST',
    url: '/graphql',
    headers: {
      authorization: `Bearer ${acme.apiToken}`,
      'content-type': 'application/json',
      host,
    } as Record<string, string>,
    payload: { query: '{ organization { id } }' },
  });
  return [list.statusCode, organization.statusCode];
};

// Host names that only a lenient reader finds in them, and several Host headers at once, counted as the bare host.
it.each<[title: string, spell: (slug: string) => string | string[]]>([
  ['two dots at the end', (slug) => `${slug}.localhost..`],
  ['two ports', (slug) => `${slug}.localhost:80:80`],
  ['a port by name', (slug) => `${slug}.localhost:http`],
  ['two hosts in a list', (slug) => `${slug}.localhost, 127.0.0.1`],
  ['two hosts with a blank', (slug) => `127.0.0.1 ${slug}.localhost`],
  ['a path', (slug) => `${slug}.localhost/`],
  ['a URL', (slug) => `https://${slug}.localhost`],
  ['an escaped dot', (slug) => `${slug}%2elocalhost`],
  ['two headers, theirs last', (slug) => ['127.0.0.1', `${slug}.localhost`]],
  ['two headers, theirs first', (slug) => [`${slug}.localhost`, '127.0.0.1']],
])('a credential agrees with no such host: %s', async (_title, spell) => {
  const [scim, graphql] = await ask(spell(globex.slug));
  expect(scim).toBe(401);
  // Where the host is no host at all, the HTTP layer says so first.
  expect([400, 401]).toContain(graphql);
});

it('still agrees with the bare host, addresses and its own host name', async () => {
  for (const host of [
    '127.0.0.1:4000',
    '[::1]:4000',
    'localhost',
    `${acme.slug.toUpperCase()}.LOCALHOST.:80`,
  ]) {
    expect(await ask(host)).toEqual([200, 200]);
  }
});
