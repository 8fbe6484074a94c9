import { digestOf } from '../isolation/digest.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';

let product: TestProduct;
let acme: TestOrganization;
let globex: TestOrganization;

beforeAll(async () => {
  product = await startProduct();
});
beforeEach(async () => {
  [acme, globex] = [await product.organization(), await product.organization()];
});
afterAll(() => product.close());

const ask = async (headers: Record<string, string>, url = '/graphql') => {
  const answer = await product.app.inject({
    method: 'POST',
    url,
    // The request id is the one thing that may differ between two refusals.
    headers: { 'content-type': 'application/json', 'x-request-id': 'same-for-all', ...headers },
    payload: { query: '{ organization { id } }' },
  });
  return { status: answer.statusCode, headers: answer.headers, text: answer.body };
};

const lastUse = async (organization: TestOrganization) =>
  (
    await product.sql<{ used: boolean }>(
      'select last_used_at is not null as used from api_tokens where organization_id = $1',
      [organization.id],
    )
  ).map((row) => row.used);

describe('API tokens (abuse 1, 9 and 18)', () => {
  it('are refused in the same words whatever is wrong with them, and nothing is stored', async () => {
    const { apiToken, token, clientId, clientSecret } = acme;
    const [own, theirs] = [`${acme.slug}.localhost`, `${globex.slug}.localhost`];
    const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
    const before = await digestOf(product);
    const expected = await ask({});
    const sent: Record<string, string>[] = [
      ...['', apiToken, 'Bearer', 'Bearer ', `Token ${apiToken}`, `Bearer ${token}`, `Basic ${basic}`].map(
        (authorization) => ({ authorization }),
      ),
      ...[`${apiToken}x`, apiToken.slice(0, -1), apiToken.toUpperCase(), 'rca_', `rca_${'0'.repeat(70)}`].map(
        (wrong) => ({ authorization: `Bearer ${wrong}` }),
      ),
      { cookie: `token=${apiToken}`, 'x-api-key': apiToken },
      ...[theirs, theirs.toUpperCase(), `${theirs}.`, `${theirs}:443`, `${theirs}.:443`, `www.${theirs}`].map(
        (host) => ({ host, authorization: `Bearer ${apiToken}` }),
      ),
      { host: `${theirs.replace('.', `.${acme.slug}.`)}`, authorization: `Bearer ${apiToken}` },
      { host: theirs, 'x-forwarded-host': own, authorization: `Bearer ${apiToken}` },
    ];
    for (const headers of sent) {
      const answer = await ask(headers);
      expect({ ...headers, status: answer.status }).toEqual({ ...headers, status: 401 });
      expect(answer.text).toBe(expected.text);
      expect(answer.headers['www-authenticate']).toBe('Bearer realm="Rollcall"');
    }
    expect((await ask({}, `/graphql?access_token=${apiToken}`)).text).toBe(expected.text);
    expect(JSON.parse(expected.text).errors[0].extensions.code).toBe('UNAUTHENTICATED');
    expect(await digestOf(product)).toEqual(before);
    expect(await lastUse(acme)).toEqual([false]);
  });

  it('end when they are revoked, and say that they were used', async () => {
    const authorization = `Bearer ${acme.apiToken}`;
    expect((await ask({ authorization, host: `${acme.slug}.localhost` })).status).toBe(200);
    expect(await lastUse(acme)).toEqual([true]);
    await product.sql('update api_tokens set revoked_at = now() where organization_id = $1', [acme.id]);
    expect((await ask({ authorization })).text).toBe((await ask({})).text);
  });

  it('are of no use at the other door', async () => {
    const answer = await acme.scim('GET', '/Users', undefined, { authorization: `Bearer ${acme.apiToken}` });
    expect(answer.status).toBe(401);
  });
});
