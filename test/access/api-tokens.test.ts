import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';

let product: TestProduct;
let acme: TestOrganization;

beforeAll(async () => {
  product = await startProduct();
});
beforeEach(async () => {
  acme = await product.organization();
});
afterAll(() => product.close());

async function person(role = 'user'): Promise<string> {
  const [row] = await product.sql<{ id: string }>(
    `insert into users (organization_id, id, email, email_key, role)
     select $1, gen_random_uuid(), n, n, $2 from (select gen_random_uuid() || '@people.example' as n) names returning id`,
    [acme.id, role],
  );
  return row?.id ?? '';
}

const ISSUE = `mutation ($role: Role, $userId: ID, $label: String, $expiresAt: DateTimeISO, $scopes: [String!]) {
  issueApiToken(role: $role, userId: $userId, label: $label, expiresAt: $expiresAt, scopes: $scopes) { id token } }`;

const issue = async (variables: Record<string, unknown>, token?: string) => {
  const { body } = await acme.graphql(ISSUE, variables, token);
  return {
    ...body.data?.issueApiToken,
    code: body.errors?.[0]?.extensions.code,
    message: body.errors?.[0]?.message,
  };
};

/** OK, the code of the refusal, or the status when the token itself is refused. */
const hears = async (token: string, document = '{ organization { id } }') => {
  const { status, body } = await acme.graphql(document, {}, token);
  return body.errors?.[0]?.extensions.code ?? (status === 200 ? 'OK' : status);
};

describe('issueApiToken for a person (B33): their current role, and nothing once they are deactivated (B19)', () => {
  it('acts with the role the person has at that moment', async () => {
    const userId = await person();
    const { token } = await issue({ userId });
    expect(await hears(token)).toBe('OK');
    expect(await hears(token, '{ users { totalCount } }')).toBe('FORBIDDEN');
    await acme.graphql(`mutation { changeUserRole(input: {id: "${userId}", role: ADMIN}) { id } }`);
    expect(await hears(token, '{ users { totalCount } }')).toBe('OK');
    await acme.graphql(`mutation { changeUserRole(input: {id: "${userId}", role: USER}) { id } }`);
    expect(await hears(token, '{ users { totalCount } }')).toBe('FORBIDDEN');
  });

  it('is dead the moment the person is deactivated, and stays so when they come back', async () => {
    const userId = await person('admin');
    const { token } = await issue({ userId });
    expect(await hears(token, '{ users { totalCount } }')).toBe('OK');
    await acme.graphql(`mutation { deactivateUser(id: "${userId}") { id } }`);
    expect(await hears(token)).toBe('UNAUTHENTICATED');
    await acme.graphql(`mutation { reactivateUser(id: "${userId}") { id } }`);
    expect(await hears(token)).toBe('UNAUTHENTICATED');
    expect((await issue({ userId: (await issue({ userId })).id })).code).toBe('NOT_FOUND');
  });

  it('is refused for somebody deactivated whatever the row of the token says', async () => {
    const userId = await person('admin');
    const { token } = await issue({ userId });
    await product.sql(`update users set active = false, deactivated_by = 'admin' where id = $1`, [userId]);
    expect(await hears(token)).toBe('UNAUTHENTICATED');
    expect(await issue({ userId })).toMatchObject({ code: 'INVALID_INPUT' });
  });

  it('never acts above whoever issued it, however high the person rises', async () => {
    const admin = await acme.issueToken('admin');
    const userId = await person();
    const { token } = await issue({ userId }, admin);
    await acme.graphql(`mutation { changeUserRole(input: {id: "${userId}", role: OWNER}) { id } }`);
    const promote = `mutation { changeUserRole(input: {id: "${await person()}", role: OWNER}) { id } }`;
    expect(await hears(token, promote)).toBe('FORBIDDEN');
    expect((await issue({ userId: acme.ownerId }, admin)).code).toBe('FORBIDDEN');
  });
});

describe('issueApiToken with scopes: a subset that narrows and never widens', () => {
  it('may do what the scopes say and its role may, and nothing else', async () => {
    const { token } = await issue({ role: 'ADMIN', scopes: ['user:read'] });
    expect(await hears(token, '{ users { totalCount } }')).toBe('OK');
    expect(await hears(token, '{ groups { totalCount } }')).toBe('FORBIDDEN');
    const { token: plain } = await issue({ role: 'USER', scopes: ['user:read', 'organization:read'] });
    expect(await hears(plain, '{ users { totalCount } }')).toBe('FORBIDDEN');
    expect(await hears(plain)).toBe('OK');
  });

  it('cannot issue a token that may do more than itself', async () => {
    const { token } = await issue({ role: 'OWNER', scopes: ['token:write', 'user:read'] });
    expect((await issue({ role: 'OWNER', scopes: ['group:read'] }, token)).code).toBe('FORBIDDEN');
    const child = await issue({ role: 'OWNER' }, token);
    expect(await hears(child.token, '{ users { totalCount } }')).toBe('OK');
    expect(await hears(child.token, '{ groups { totalCount } }')).toBe('FORBIDDEN');
  });

  it('refuses a scope that is none, and both or neither of role and person', async () => {
    for (const scope of ['user:*', 'membership:apply', 'bulk:apply']) {
      const answer = await issue({ role: 'OWNER', scopes: [scope] });
      expect(answer).toMatchObject({ code: 'INVALID_INPUT' });
      expect(answer.message).toContain('user:read');
    }
    expect((await issue({})).code).toBe('INVALID_INPUT');
    expect((await issue({ role: 'USER', userId: acme.ownerId })).code).toBe('INVALID_INPUT');
    expect((await issue({ role: 'USER', scopes: [] })).code).toBe('INVALID_INPUT');
  });

  it('nobody grants more than they have', async () => {
    const admin = await acme.issueToken('admin');
    const codeOf = (document: string) => hears(admin, `mutation { ${document} }`);
    expect(await codeOf('issueApiToken(role: OWNER) { token }')).toBe('FORBIDDEN');
    expect(await codeOf('issueApiToken(role: ADMIN) { token }')).toBe('OK');
    expect(await codeOf('inviteUser(input: {email: "a@b.example", role: OWNER}) { id }')).toBe(
      'INVALID_INPUT',
    );
    expect(await codeOf('inviteUser(input: {email: "a@b.example", role: ADMIN}) { id }')).toBe('OK');
  });
});

describe('abuse 9: a token of this API', () => {
  it('opens the GraphQL door only, and only from the header', async () => {
    const { token } = await issue({ userId: acme.ownerId });
    const provider = { authorization: `Bearer ${token}` };
    expect((await acme.scim('GET', '/Users', undefined, provider)).status).toBe(401);
    expect(
      (await acme.scim('GET', `/Users?access_token=${acme.token}`, undefined, { authorization: '' })).status,
    ).toBe(401);
    expect(await hears(acme.token)).toBe('UNAUTHENTICATED');
    const elsewhere = await product.app.inject({
      method: 'POST',
      url: `/graphql?access_token=${token}`,
      headers: { 'content-type': 'application/json', cookie: `token=${token}; session=${token}` },
      payload: { query: '{ organization { id } }' },
    });
    expect(elsewhere.statusCode).toBe(401);
  });
});

describe('the life of a token', () => {
  it('ends at expiresAt by the database clock', async () => {
    expect((await issue({ role: 'USER', expiresAt: '2020-01-01T00:00:00Z' })).code).toBe('INVALID_INPUT');
    const { id, token } = await issue({ role: 'USER', expiresAt: '2999-01-01T00:00:00Z' });
    expect(await hears(token)).toBe('OK');
    await product.sql(`update api_tokens set expires_at = now() where id = $1`, [id]);
    expect(await hears(token)).toBe('UNAUTHENTICATED');
  });

  it('apiTokens lists everything but the secret, with the last use', async () => {
    const userId = await person();
    const { token } = await issue({ userId, label: ' Reports ', scopes: ['organization:read'] });
    await hears(token);
    const { body } = await acme.graphql(
      '{ apiTokens { totalCount edges { node { id role label scopes lastFour user { id } expiresAt revokedAt lastUsedAt } } } }',
    );
    expect(body.data.apiTokens.totalCount).toBe(2);
    const { node } = body.data.apiTokens.edges[1];
    expect(node).toMatchObject({
      role: 'OWNER',
      label: 'Reports',
      scopes: ['organization:read'],
      lastFour: token.slice(-4),
      user: { id: userId },
      expiresAt: null,
      revokedAt: null,
      lastUsedAt: expect.any(String),
    });
    expect(JSON.stringify(body)).not.toContain(token.slice(0, 40));
  });
});
