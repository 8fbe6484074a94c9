import { resolvers } from '../../graphql/resolvers.js';
import { buildGraphqlSchema } from '../../graphql/schema.js';
import { createOperatorToken, revokeOperatorToken } from '../../src/access/operator-tokens.js';
import { OPERATOR_PERMISSIONS } from '../../src/kernel/permissions.js';
import { assignLicense } from '../../src/licensing/assign-license.js';
import { digestOf } from '../isolation/digest.js';
import { GRAPHQL_CASES, STREAM_CASES } from '../isolation/graphql-cases.js';
import { documentFor, rootFields, streamFields } from '../isolation/graphql-schema.js';
import { makeWorld, type World } from '../isolation/world.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';
import { newOperator, type Operator } from './operator.js';
import { OPERATOR_FIELDS } from './permission-table.js';

const schema = buildGraphqlSchema(resolvers);
const fields = rootFields(schema);

interface Page {
  edges: { node: { slug: string } }[];
  pageInfo: { endCursor: string | null; hasNextPage: boolean };
  totalCount: number;
}

let product: TestProduct;
let operator: Operator;
/** An organization in use, which nobody here may touch. */
let world: World;
let other: TestOrganization;

beforeAll(async () => {
  product = await startProduct();
  [operator, world] = [await newOperator(product), await makeWorld(product)];
  other = await product.organization();
});
afterAll(() => product.close());

describe('an operator token', () => {
  const ask = async (headers: Record<string, string>, url = '/graphql') => {
    const query = '{ organizations { totalCount } }';
    const answer = await product.app.inject({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/json', 'x-request-id': 'same-for-all', ...headers },
      payload: { query },
    });
    return { status: answer.statusCode, text: answer.body };
  };

  it('abuse 18: is refused in the words of every token when it is wrong, ended, or not sent as a bearer', async () => {
    const { token } = operator;
    const [revoked, expired] = [await newOperator(product), await newOperator(product)];
    expect((await ask({ authorization: `Bearer ${revoked.token}` })).status).toBe(200);
    await revokeOperatorToken(product.database, revoked.id);
    await product.sql(
      `update operator_tokens set created_at = now() - interval '2 days', expires_at = now() - interval '1 second' where id = $1`,
      [expired.id],
    );
    const before = await digestOf(product);
    const expected = await ask({});
    expect(expected.status).toBe(401);
    const sent: Record<string, string>[] = [
      ...[revoked.token, expired.token, `${token}x`, token.slice(0, -1), token.toUpperCase(), 'rco_'].map(
        (wrong) => ({ authorization: `Bearer ${wrong}` }),
      ),
      { authorization: `Bearer ${token.replace('rco_', 'rca_')}` },
      { authorization: `Bearer ${world.organization.apiToken.replace('rca_', 'rco_')}` },
      { authorization: token },
      { authorization: `Basic ${Buffer.from(`operator:${token}`).toString('base64')}` },
      { cookie: `token=${token}`, 'x-api-key': token },
      ...[`${world.organization.slug}.localhost`, 'nobody.localhost'].map((host) => ({
        host,
        authorization: `Bearer ${token}`,
      })),
    ];
    for (const headers of sent)
      expect({ headers, ...(await ask(headers)) }).toEqual({ headers, ...expected });
    expect(await ask({}, `/graphql?access_token=${token}`)).toEqual(expected);
    const page = { 'sec-fetch-site': 'same-origin', origin: 'http://localhost', host: 'localhost' };
    expect((await ask({ ...page, cookie: `__Host-rollcall=${token}` })).status).toBe(401);
    expect(await digestOf(product)).toEqual(before);
  });

  it('is kept as a hash, says when it was used, and lives for a year at most', async () => {
    const mine = await newOperator(product);
    await mine.ask('{ organizations { totalCount } }');
    const [row] = await product.sql<{ whole: string; used: boolean; days: number }>(
      `select to_jsonb(t)::text as whole, last_used_at is not null as used,
         extract(day from expires_at - created_at)::int as days from operator_tokens t where id = $1`,
      [mine.id],
    );
    expect(row).toMatchObject({ used: true, days: 90 });
    const secret = mine.token.split('_').slice(2).join('_');
    expect(row?.whole).not.toContain(secret);
    expect(row?.whole).not.toContain(Buffer.from(secret).toString('hex'));
    for (const wrong of [
      { days: 0 },
      { days: 366 },
      { days: 1.5 },
      { label: '' },
      { label: 'a\u0000' },
      { label: 'a\nb' },
    ]) {
      await expect(createOperatorToken(product.database, { label: 'x', ...wrong })).rejects.toMatchObject({
        code: 'INVALID_INPUT',
      });
    }
  });

  it('is nothing at SCIM', async () => {
    const basic = Buffer.from(`${operator.token}:${operator.token}`).toString('base64');
    for (const authorization of [`Bearer ${operator.token}`, `Basic ${basic}`]) {
      expect((await world.organization.scim('GET', '/Users', undefined, { authorization })).status).toBe(401);
    }
  });

  it('is of no organization: no organization reaches its row, nor does the login role', async () => {
    const role = 'set local role rollcall_organization';
    const inside = `${role}; select set_config('app.organization_id', '${world.organization.id}', true)`;
    for (const statement of [
      'select id from operator_tokens',
      'update operator_tokens set revoked_at = null',
      'delete from operator_tokens',
      `insert into operator_tokens (id) values (gen_random_uuid())`,
    ]) {
      for (const as of [role, inside])
        await expect(product.sql(`${as}; ${statement}`)).rejects.toMatchObject({ code: '42501' });
    }
    for (const statement of [
      'delete from operator_tokens',
      `update operator_tokens set expires_at = 'infinity'`,
    ])
      await expect(product.sql(`set local role rollcall_system; ${statement}`)).rejects.toMatchObject({
        code: '42501',
      });
  });
});

describe('abuse 8 and 9: an operator token may do four things', () => {
  const others = fields.filter(({ name }) => !OPERATOR_FIELDS.has(name));

  it.each(others)('and not $name', async (field) => {
    const before = await digestOf(product);
    for (const variables of GRAPHQL_CASES[field.name]?.(world) ?? []) {
      const { code, body } = await operator.ask(documentFor(field), variables);
      expect(code).toBe('FORBIDDEN');
      expect(Object.values(body.data ?? {}).filter((value) => value !== null)).toEqual([]);
      // Of what was sent, a refusal repeats nothing.
      expect(JSON.stringify(body)).not.toContain(world.organization.slug);
    }
    expect(await digestOf(product)).toEqual(before);
  });

  it.each(OPERATOR_PERMISSIONS)(
    '%s is no scope that a token of an organization could have',
    async (scope) => {
      const issue = 'mutation ($scopes: [String!]) { issueApiToken(role: OWNER, scopes: $scopes) { id } }';
      const { body } = await world.organization.graphql(issue, { scopes: [scope] });
      expect(body.errors[0].extensions).toMatchObject({ code: 'INVALID_INPUT', field: 'scopes' });
    },
  );

  it.each(streamFields(schema))('nor follow $name', async (field) => {
    for (const variables of STREAM_CASES[field.name]?.(world) ?? []) {
      const answer = await product.app.inject({
        method: 'POST',
        url: '/graphql/stream',
        headers: { authorization: `Bearer ${operator.token}`, 'content-type': 'application/json' },
        payload: { query: documentFor(field), variables },
      });
      expect(answer.json().errors[0].extensions.code).toBe('FORBIDDEN');
    }
  });

  it('sees of all organizations their slugs, plans and seats, page by page, and no person', async () => {
    const list = `query ($after: String) {
      organizations(first: 2, after: $after) { totalCount pageInfo { hasNextPage endCursor } edges { node { id slug plan seats seatsTaken proSeats proSeatsTaken } } }
    }`;
    await product.organization();
    await assignLicense(world.organization.context, { userId: world.ids.person, license: 'standard' });
    const found = [];
    for (let after: string | null = null, more = true; more; ) {
      const { body } = await operator.ask(list, { after });
      const { edges, pageInfo, totalCount } = body.data.organizations as Page;
      found.push(...edges.map(({ node }) => node));
      ({ endCursor: after, hasNextPage: more } = pageInfo);
      expect(totalCount).toBeGreaterThan(2);
    }
    const all = await product.sql<{ slug: string }>('select slug from organizations order by slug');
    expect(found.map(({ slug }) => slug)).toEqual(all.map(({ slug }) => slug));
    expect(found).toContainEqual({
      id: world.organization.id,
      slug: world.organization.slug,
      plan: 'ENTERPRISE',
      seats: 100,
      seatsTaken: 1,
      proSeats: 0,
      proSeatsTaken: 0,
    });
    for (const after of ['x', '\u0000', Buffer.from(`id:' or true`).toString('base64url')])
      expect((await operator.ask(list, { after })).code).toBe('INVALID_INPUT');
  });
});

describe('abuse 2: who is no operator learns nothing of other organizations', () => {
  const mine = fields.filter(({ name }) => OPERATOR_FIELDS.has(name));

  it.each(mine)('$name answers an owner the same, whatever slug they name', async (field) => {
    const own = world.organization;
    const slugs = [own.slug, other.slug, 'nobody', 'NO SLUG', 'a\u0000'];
    const before = await digestOf(product);
    const answers = [];
    for (const slug of slugs) {
      const [variables] = GRAPHQL_CASES[field.name]?.({ ...world, organization: { ...own, slug } }) ?? [];
      const { status, body } = await own.graphql(documentFor(field), variables);
      const [{ message, extensions }] = body.errors;
      answers.push({ status, data: body.data, message, extensions: { ...extensions, requestId: '' } });
    }
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(answers[0]?.extensions.code).toBe('FORBIDDEN');
    expect(answers[0]?.message).toContain('Use a credential of an operator.');
    expect(await digestOf(product)).toEqual(before);
  });
});
