import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';

let product: TestProduct;
let acme: TestOrganization;
let token: string;
let asked = 0;

const provider = createServer((_request, response) => {
  asked += 1;
  response.end(
    JSON.stringify({
      issuer: issuer(),
      authorization_endpoint: 'https://login.example/authorize',
      token_endpoint: 'https://login.example/token',
      jwks_uri: 'https://login.example/keys',
    }),
  );
});
const issuer = () => `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;

beforeAll(async () => {
  product = await startProduct({ allowPrivateProviders: true });
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
});
beforeEach(async () => {
  acme = await product.organization();
  token = await acme.issueToken('admin');
  expect((await acme.graphql('{ organization { id } }', {}, token)).status).toBe(200);
  asked = 0;
});
afterAll(async () => {
  provider.close();
  await product.close();
});

const preview = (at: string) =>
  acme.graphql(
    'query ($input: PreviewSsoInput!) { previewSso(input: $input) { kind } }',
    { input: { oidc: { issuer: at, clientId: 'x' } } },
    token,
  );

it('a provider is asked once for a caller whose token is known', async () => {
  const { body } = await preview(issuer());
  expect(body).toEqual({ data: { previewSso: { kind: 'OIDC' } } });
  expect(asked).toBe(1);
});

it.each([
  ['a provider that answers', issuer],
  ['nobody', () => 'http://127.0.0.1:1'],
])('a token that was revoked elsewhere is refused before the world is asked: %s', async (_, at) => {
  await product.sql('update api_tokens set revoked_at = now() where position(lookup_id in $1) > 0', [token]);
  expect((await preview(at())).status).toBe(401);
  expect(asked).toBe(0);
});
