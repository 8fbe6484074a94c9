import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';

let product: TestProduct;
let acme: TestOrganization;
let token: string;

beforeAll(async () => {
  product = await startProduct();
});
beforeEach(async () => {
  acme = await product.organization();
  token = await acme.issueToken('admin');
  expect((await ask('{ organization { id } }')).status).toBe(200);
});
afterAll(() => product.close());

const ask = (document: string) => acme.graphql(document, {}, token);
/** Past the product, as another process would: this one hears nothing of it. */
const elsewhere = (change: string) =>
  product.sql(
    `update api_tokens set ${change} where organization_id = $1 and position(lookup_id in $2) > 0`,
    [acme.id, token],
  );
const lastUse = async () => {
  const [row] = await product.sql<{ at: Date }>(
    'select last_used_at as at from api_tokens where position(lookup_id in $1) > 0',
    [token],
  );
  return row?.at.getTime() ?? 0;
};

describe('an API token that this process knows', () => {
  it.each([
    ['revoked', 'revoked_at = now()'],
    ['expired', 'expires_at = now()'],
  ])('is refused from the next request on when it was %s elsewhere', async (_, change) => {
    await elsewhere(change);
    const refused = await ask('{ organization { id } }');
    expect([refused.status, refused.body.errors[0].extensions.code]).toEqual([401, 'UNAUTHENTICATED']);
    expect(refused.body.data).toBeUndefined();
  });

  it.each([
    ['asks nothing of the database', '{ __typename }'],
    ['does not parse', '{ organization { '],
    ['names a field that there is not', '{ organization { colour } }'],
    ['is too large', `{ ${'organization { '.repeat(12)} id ${'} '.repeat(12)} }`],
  ])('is refused when it is dead and the request %s', async (_, document) => {
    await elsewhere('revoked_at = now()');
    expect((await ask(document)).status).toBe(401);
  });

  it('is answered as ever when the request asks nothing of the database, or is refused', async () => {
    expect((await ask('{ __typename }')).body.data).toEqual({ __typename: 'Query' });
    expect((await ask('{ organization { ')).body.errors[0].extensions.code).toBe('GRAPHQL_PARSE_FAILED');
  });

  it('has its use noted once a minute, in a request that is answered whole and once', async () => {
    await elsewhere(`last_used_at = now() - interval '61 seconds'`);
    const { status, headers, body } = await ask('{ organization { id } users { totalCount } }');
    expect([status, body]).toEqual([
      200,
      { data: { organization: { id: acme.id }, users: { totalCount: 1 } } },
    ]);
    expect(headers['retry-after']).toBeUndefined();
    expect(Date.now() - (await lastUse())).toBeLessThan(30_000);
  });

  it('is looked up whole for a change', async () => {
    await elsewhere('revoked_at = now()');
    const { status } = await ask('mutation { createGroup(input: {displayName: "Never"}) { id } }');
    expect(status).toBe(401);
    const [{ n } = { n: 0 }] = await product.sql<{ n: number }>(
      'select count(*)::int as n from groups where organization_id = $1',
      [acme.id],
    );
    expect(n).toBe(0);
  });

  it('is known with its organization: another host refuses it', async () => {
    const { statusCode } = await product.app.inject({
      method: 'POST',
      url: '/graphql',
      headers: { host: 'somebody-else.localhost', authorization: `Bearer ${token}` },
      payload: { query: '{ organization { id } }' },
    });
    expect(statusCode).toBe(401);
  });
});
