import { randomUUID } from 'node:crypto';
import { forgetResults } from '../../src/kernel/idempotency.js';
import { assignLicense } from '../../src/licensing/assign-license.js';
import { digestOf } from '../isolation/digest.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';
import { newOperator, type Operator } from './operator.js';

let product: TestProduct;
let operator: Operator;
let acme: TestOrganization;

beforeAll(async () => {
  product = await startProduct();
  [operator, acme] = [await newOperator(product), await product.organization()];
});
afterAll(() => product.close());

const CREATE =
  'mutation ($input: CreateOrganizationInput!) { createOrganization(input: $input) { organizationId slug ownerId } }';
const PLAN =
  'mutation ($input: UpdatePlanInput!) { updatePlan(input: $input) { organizationId plan seats proSeats } }';
const FIRST = 'mutation ($slug: String!) { issueFirstApiToken(organization: $slug) { id token expiresAt } }';

const newSlug = (): string => `sold-${randomUUID()}`;
const sold = (slug: string, more: object = {}) => ({
  input: { slug, plan: 'TEAM', seats: 3, ownerEmail: `owner@${slug}.example`, ...more },
});
const create = async (): Promise<{ slug: string; organizationId: string; ownerId: string }> =>
  (await operator.ask(CREATE, sold(newSlug(), { name: null, proSeats: null }))).body.data.createOrganization;
const withKey = (key: string) => ({ 'idempotency-key': key });
const isThere = async (slug: string) =>
  (await product.sql('select from organizations where slug = $1', [slug])).length;
const times = <T>(count: number, ask: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => ask(index)));

describe('createOrganization', () => {
  it('creates an organization with its owner, and its log names the operator token', async () => {
    const slug = newSlug();
    const { body } = await operator.ask(CREATE, sold(slug, { name: 'Sold', proSeats: 2 }));
    const { organizationId, ownerId } = body.data.createOrganization;
    expect(body.data.createOrganization).toEqual({ organizationId, slug, ownerId });
    expect(
      await product.sql(
        `select o.name, o.plan, u.email, u.role, s.kind, s.bought from organizations o
         join users u on u.organization_id = o.id join seat_pools s on s.organization_id = o.id
         where o.id = $1 and u.id = $2 order by s.kind`,
        [organizationId, ownerId],
      ),
    ).toEqual(
      [
        { kind: 'pro', bought: 2 },
        { kind: 'standard', bought: 3 },
      ].map((pool) => ({
        name: 'Sold',
        plan: 'team',
        email: `owner@${slug}.example`,
        role: 'owner',
        ...pool,
      })),
    );
    const log = 'select actor_kind, actor_id, action, target_id from audit_log where organization_id = $1';
    expect(await product.sql(log, [organizationId])).toEqual([
      {
        actor_kind: 'operator_token',
        actor_id: operator.id,
        action: 'organization.created',
        target_id: organizationId,
      },
    ]);
  });

  it.each([
    ['slug', { slug: 'Acme' }],
    ['slug', { slug: '-x' }],
    ['slug', { slug: 'x'.repeat(64) }],
    ['slug', { slug: 'a.b' }],
    ['name', { name: 'a\u0000' }],
    ['name', { name: 'two\nlines' }],
    ['seats', { seats: -1 }],
    ['seats', { seats: 10_000_001 }],
    ['proSeats', { proSeats: -1 }],
    ['ownerEmail', { ownerEmail: 'nobody' }],
    ['ownerEmail', { ownerEmail: 'a@b.example, c@d.example' }],
  ])('refuses what is no %s: %j', async (field, wrong) => {
    const before = await digestOf(product);
    expect(await operator.ask(CREATE, sold('fine', wrong))).toMatchObject({ code: 'INVALID_INPUT', field });
    expect(await digestOf(product)).toEqual(before);
  });

  it('a plan that nobody sells is INVALID_INPUT, and a slug that is taken CONFLICT, saying so', async () => {
    const { code, body } = await operator.ask(CREATE, sold(newSlug(), { plan: 'GOLD' }));
    expect(code).toBe('INVALID_INPUT');
    expect(body.errors[0].message).toContain('GOLD');
    const taken = await operator.ask(CREATE, sold(acme.slug));
    expect(taken).toMatchObject({ code: 'CONFLICT', field: 'slug' });
    expect(taken.body.errors[0].message).toContain(`'${acme.slug}' exists already`);
  });

  it('two who want one slug at once: one has it, the others are told', async () => {
    const slug = newSlug();
    const answers = await times(8, (index) =>
      operator.ask(CREATE, sold(slug), withKey(`race-${slug}-${index}`)),
    );
    expect(answers.map(({ code }) => code).sort()).toEqual([...Array(7).fill('CONFLICT'), undefined]);
    expect(await isThere(slug)).toBe(1);
  });
});

describe('createOrganization with an Idempotency-Key', () => {
  it('sent again it has the same answer and changes nothing; also many times at once', async () => {
    const [key, slug] = [randomUUID(), newSlug()];
    const answers = await times(12, () => operator.ask(CREATE, sold(slug), withKey(key)));
    const done = answers.filter(({ code }) => code === undefined);
    for (const { code, field } of answers.filter((answer) => !done.includes(answer))) {
      expect({ code, field }).toEqual({ code: 'CONFLICT', field: 'Idempotency-Key' });
    }
    const before = await digestOf(product);
    const again = await operator.ask(CREATE, sold(slug), withKey(key));
    expect(again).toMatchObject({ code: undefined, replayed: true });
    expect(
      new Set([...done, again].map(({ body }) => body.data.createOrganization.organizationId)).size,
    ).toBe(1);
    expect(await digestOf(product)).toEqual(before);
    expect(await isThere(slug)).toBe(1);
  });

  it('for another request is INVALID_INPUT, and of another operator is another key', async () => {
    const [key, slug] = [randomUUID(), newSlug()];
    expect((await operator.ask(CREATE, sold(slug), withKey(key))).code).toBeUndefined();
    expect(await operator.ask(CREATE, sold(newSlug()), withKey(key))).toMatchObject({
      code: 'INVALID_INPUT',
      field: 'Idempotency-Key',
    });
    const other = await newOperator(product);
    expect((await other.ask(CREATE, sold(slug), withKey(key))).field).toBe('slug');
    expect(await other.ask(CREATE, sold(newSlug()), withKey(key))).toMatchObject({
      replayed: false,
      code: undefined,
    });
  });

  it('stands for one request, whichever organization that was about', async () => {
    const [one, other] = [await create(), await create()];
    const change = (slug: string, key: string) =>
      operator.ask(PLAN, { input: { organization: slug, seats: 9 } }, withKey(key));
    const key = randomUUID();
    expect((await change(one.slug, key)).code).toBeUndefined();
    const before = await digestOf(product);
    expect(await change(other.slug, key)).toMatchObject({ code: 'INVALID_INPUT', field: 'Idempotency-Key' });
    expect(await operator.ask(CREATE, sold(newSlug()), withKey(key))).toMatchObject({
      code: 'INVALID_INPUT',
    });
    expect((await change(one.slug, key)).replayed).toBe(true);
    expect(await digestOf(product)).toEqual(before);
    const answers = await Promise.all([one, other].map(({ slug }) => change(slug, `both-${key}`)));
    expect(answers.filter(({ code }) => code === undefined).length).toBe(1);
  });

  it('a refusal is not remembered; and what is forgotten after a day still creates no second one', async () => {
    const [key, slug] = [randomUUID(), newSlug()];
    expect((await operator.ask(CREATE, sold(acme.slug), withKey(key))).code).toBe('CONFLICT');
    expect((await operator.ask(CREATE, sold(slug), withKey(key))).code).toBeUndefined();
    await product.sql(`update idempotency_keys set created_at = now() - interval '25 hours' where key = $1`, [
      key,
    ]);
    for (let round = 0; round < 2; round += 1) {
      for (const wanted of [slug, newSlug()]) {
        expect(await operator.ask(CREATE, sold(wanted), withKey(key))).toMatchObject({
          code: 'CONFLICT',
          field: 'Idempotency-Key',
        });
        expect(await isThere(wanted)).toBe(wanted === slug ? 1 : 0);
      }
      await forgetResults(product.database);
    }
  });
});

describe('updatePlan', () => {
  it('changes what is said and answers all that is bought', async () => {
    const { slug, organizationId } = await create();
    const change = { organization: slug, plan: 'ENTERPRISE', seats: null, proSeats: 4 };
    expect((await operator.ask(PLAN, { input: change })).body.data.updatePlan).toEqual({
      organizationId,
      plan: 'ENTERPRISE',
      seats: 3,
      proSeats: 4,
    });
    const log = `select actor_kind, actor_id from audit_log where organization_id = $1 and action = 'plan.updated'`;
    expect(await product.sql(log, [organizationId])).toEqual([
      { actor_kind: 'operator_token', actor_id: operator.id },
    ]);
  });

  it('says what it will not do, and does nothing of it', async () => {
    await assignLicense(acme.context, { userId: acme.ownerId, license: 'standard' });
    const before = await digestOf(product, acme.id);
    const refused = async (input: object) => {
      const { code, field } = await operator.ask(PLAN, { input });
      return [code, field];
    };
    const organization = acme.slug;
    expect(await refused({ organization, seats: 0 })).toEqual(['CONFLICT', 'seats']);
    expect(await refused({ organization, plan: 'TEAM', seats: 500 })).toEqual(['CONFLICT', 'plan']);
    expect(await refused({ organization, seats: -1 })).toEqual(['INVALID_INPUT', 'seats']);
    expect(await refused({ organization })).toEqual(['INVALID_INPUT', '']);
    for (const nobody of ['nobody', '', 'a\u0000b', `${organization}'`, '\ud800', 'x'.repeat(5_000)]) {
      expect(await refused({ organization: nobody, seats: 9 })).toEqual(['NOT_FOUND', 'organization']);
    }
    expect(await digestOf(product, acme.id)).toEqual(before);
  });
});

describe('issueFirstApiToken', () => {
  it("is an owner's for 7 days, is in the owner's list, and the log says who issued it", async () => {
    const { slug, organizationId } = await create();
    const { id, token } = (await operator.ask(FIRST, { slug })).body.data.issueFirstApiToken;
    const list = '{ organization { id } apiTokens { edges { node { id role label } } } }';
    expect((await acme.graphql(list, {}, token)).body.data).toEqual({
      organization: { id: organizationId },
      apiTokens: { edges: [{ node: { id, role: 'OWNER', label: 'First token' } }] },
    });
    const [row] = await product.sql(
      `select extract(day from expires_at - created_at)::int as days, a.actor_kind, a.actor_id
       from api_tokens t join audit_log a on a.target_id = t.id::text where t.id = $1`,
      [id],
    );
    expect(row).toMatchObject({ actor_kind: 'operator_token', actor_id: operator.id });
    expect([6, 7]).toContain(row?.days);
    expect(
      (await acme.graphql(`mutation { revokeApiToken(id: "${id}") }`, {}, token)).body.errors,
    ).toBeUndefined();
    expect((await acme.graphql(list, {}, token)).status).toBe(401);
    expect((await operator.ask(FIRST, { slug })).code).toBe('FORBIDDEN');
  });

  it('many at once are one, and with a key all who ask get the same', async () => {
    const [one, other] = [await create(), await create()];
    const answers = await times(8, () => operator.ask(FIRST, { slug: one.slug }));
    expect(answers.map(({ code }) => code).sort()).toEqual([...Array(7).fill('FORBIDDEN'), undefined]);
    const key = withKey(randomUUID());
    const first = await operator.ask(FIRST, { slug: other.slug }, key);
    const again = await operator.ask(FIRST, { slug: other.slug }, key);
    expect(again).toMatchObject({ replayed: true, body: first.body });
    const stored = 'select from api_tokens where organization_id = any($1)';
    expect((await product.sql(stored, [[one.organizationId, other.organizationId]])).length).toBe(2);
  });

  it.each([
    [
      'an API token was issued, whatever became of it',
      `insert into api_tokens (organization_id, id, role, lookup_id, secret_hash, last_four, created_by, revoked_at) values ($1, gen_random_uuid(), 'user', gen_random_uuid(), '', '', '', now())`,
    ],
    [
      'somebody else is there',
      `insert into users (organization_id, id, email, email_key) values ($1, gen_random_uuid(), 'x@x.example', 'x@x.example')`,
    ],
    ['the owner has signed in', `update users set first_signed_in_at = now() where organization_id = $1`],
  ])('FORBIDDEN when %s', async (_when, statement) => {
    const { slug, organizationId } = await create();
    await product.sql(statement, [organizationId]);
    const before = await digestOf(product, organizationId);
    expect((await operator.ask(FIRST, { slug })).code).toBe('FORBIDDEN');
    expect(await digestOf(product, organizationId)).toEqual(before);
  });

  it('FORBIDDEN for every organization that is in use', async () => {
    const { code, body } = await operator.ask(FIRST, { slug: acme.slug });
    expect(code).toBe('FORBIDDEN');
    expect(body.errors[0].message).toContain('in use');
  });
});
