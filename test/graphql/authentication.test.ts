import { resolvers } from '../../graphql/resolvers.js';
import { buildGraphqlSchema } from '../../graphql/schema.js';
import { ROLES, type Role } from '../../src/kernel/permissions.js';
import { digestOf } from '../isolation/digest.js';
import { GRAPHQL_CASES } from '../isolation/graphql-cases.js';
import { documentFor, rootFields } from '../isolation/graphql-schema.js';
import { makeWorld, strangers } from '../isolation/world.js';
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

const EVERYONE: readonly Role[] = ROLES;
const READERS: readonly Role[] = ['owner', 'admin', 'group_admin'];
const ADMINISTRATORS: readonly Role[] = ['owner', 'admin'];

/** B33, cell by cell: who gets past the door of each field. A field that is not here fails the build. */
const MAY: Record<string, readonly Role[]> = {
  organization: EVERYONE,
  users: READERS,
  user: READERS,
  groups: READERS,
  group: READERS,
  membershipChange: READERS,
  invitation: ADMINISTRATORS,
  scimConnections: ADMINISTRATORS,
  provisioningLog: ADMINISTRATORS,
  updateUser: ADMINISTRATORS,
  createGroup: ADMINISTRATORS,
  updateGroup: ADMINISTRATORS,
  deleteGroup: ADMINISTRATORS,
  inviteUser: ADMINISTRATORS,
  connectScim: ADMINISTRATORS,
  disconnectScim: ADMINISTRATORS,
  issueScimCredential: ADMINISTRATORS,
  revokeScimCredential: ADMINISTRATORS,
  issueApiToken: ADMINISTRATORS,
  revokeApiToken: ADMINISTRATORS,
  provisionUser: ADMINISTRATORS,
  updateProvisionedUser: ADMINISTRATORS,
  deprovisionUser: ADMINISTRATORS,
  provisionGroup: ADMINISTRATORS,
  updateProvisionedGroup: ADMINISTRATORS,
  deprovisionGroup: ADMINISTRATORS,
};

const fields = rootFields(buildGraphqlSchema(resolvers));

describe('roles (B33, abuse 8)', () => {
  it('the table has a row for every field of the schema', () => {
    expect(fields.map((field) => field.name).sort()).toEqual(Object.keys(MAY).sort());
  });

  it.each(ROLES)('%s may do what the table says and nothing else', async (role) => {
    const token = await acme.issueToken(role);
    const world = strangers(acme);
    for (const field of fields) {
      const before = await digestOf(product);
      for (const variables of GRAPHQL_CASES[field.name]?.(world) ?? []) {
        const { body } = await acme.graphql(documentFor(field), variables, token);
        const refusal = (body.errors ?? []).find((error: { path: string[] }) => error.path?.length === 1);
        const refused = refusal?.extensions.code === 'FORBIDDEN';
        expect([field.name, refused]).toEqual([field.name, !MAY[field.name]?.includes(role)]);
        if (refused) expect(refusal.message).toContain('permission');
      }
      if (!MAY[field.name]?.includes(role)) expect(await digestOf(product)).toEqual(before);
    }
  });

  it('nested fields ask again: a group admin sees people and groups, and no connection or credential', async () => {
    const world = await makeWorld(product);
    const token = await world.organization.issueToken('group_admin');
    const query = `{ users { edges { node { email groups { edges { node { displayName } } }
      scimConnection { credentials { lookupId } } } } } }`;
    const { data, errors } = (await world.organization.graphql(query, {}, token)).body;
    expect(data.users.edges.length).toBeGreaterThan(2);
    expect(JSON.stringify(data)).toContain(`Team of ${world.organization.slug}`);
    expect(JSON.stringify(data)).not.toContain('lookupId');
    expect(new Set(errors.map((error: { extensions: { code: string } }) => error.extensions.code))).toEqual(
      new Set(['FORBIDDEN']),
    );
  });

  it('nobody grants more than they have', async () => {
    const admin = await acme.issueToken('admin');
    const codeOf = async (document: string) =>
      (await acme.graphql(`mutation { ${document} }`, {}, admin)).body.errors?.[0].extensions.code;
    expect(await codeOf('issueApiToken(role: OWNER) { token }')).toBe('FORBIDDEN');
    expect(await codeOf('issueApiToken(role: ADMIN) { token }')).toBeUndefined();
    expect(await codeOf('inviteUser(input: {email: "a@b.example", role: OWNER}) { id }')).toBe(
      'INVALID_INPUT',
    );
    expect(await codeOf('inviteUser(input: {email: "a@b.example", role: ADMIN}) { id }')).toBeUndefined();
  });
});
