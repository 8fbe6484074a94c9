import type { FastifyInstance } from 'fastify';
import { buildApp } from '../../src/app.js';
import { entities } from '../../src/entities.js';
import { Database } from '../../src/kernel/database.js';
import { Jobs } from '../../src/kernel/jobs.js';
import { createOrigin } from '../../src/origin.js';
import { startWorkers, type Workers } from '../../workers/main.js';
import { newUser, patch, pushGroup, pushUser } from '../support/people.js';
import {
  startProduct,
  TEST_SECRET_KEY,
  type TestOrganization,
  type TestProduct,
} from '../support/product.js';
import { describeEachQueue, type QueueBackend } from '../support/redis.js';
import { crowd, hideFromSweeper, scimMembers, silent } from './asynchronous.js';
import { TcpProxy } from './tcp-proxy.js';

let product: TestProduct;
let acme: TestOrganization;
let proxy: TcpProxy;
/** A process of its own, as it were, that reaches the same database by way of the proxy. */
let database: Database;
let app: FastifyInstance;
let workers: Workers | undefined;

beforeAll(async () => {
  product = await startProduct();
  proxy = await TcpProxy.inFrontOf(product.databaseUrl);
});
beforeEach(async () => {
  acme = await product.organization();
  database = await Database.open({
    url: proxy.urlOf(product.databaseUrl),
    entities,
    logger: silent,
    secretKey: TEST_SECRET_KEY,
  });
  const origin = createOrigin(undefined, 'http://127.0.0.1:4000');
  app = await buildApp({ database, origin, logger: silent, production: false, doors: true });
});
afterEach(async () => {
  await proxy.restore();
  await workers?.stop();
  workers = undefined;
  await app.close();
  await database.close();
});
afterAll(async () => {
  await proxy.cut();
  await product.close();
});

const startBehindProxy = (backend: QueueBackend): void => {
  const databaseUrl = proxy.urlOf(product.databaseUrl);
  const jobs = new Jobs({ redisUrl: backend.redisUrl(), databaseUrl, logger: silent });
  workers = startWorkers(database, jobs, silent);
};

const scim = (method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE', path: string, body?: object) =>
  app.inject({
    method,
    url: `/scim/v2${path}`,
    headers: { authorization: `Bearer ${acme.token}`, 'content-type': 'application/scim+json' },
    ...(body && { payload: JSON.stringify(body) }),
  });
const graphql = (query: string) =>
  app.inject({
    method: 'POST',
    url: '/graphql',
    headers: { authorization: `Bearer ${acme.apiToken}`, 'content-type': 'application/json' },
    payload: JSON.stringify({ query }),
  });
const statusOf = async (url: string) => (await app.inject({ url })).statusCode;

/** The memberships of a group that took longer than the sweeper waits: the queue had not delivered. */
const swept = async (group: string) =>
  (
    await product.sql(
      `select from memberships where group_id = $1 and applied_at > accepted_at + interval '3500 ms'`,
      [group],
    )
  ).length;

describe('PostgreSQL goes away and comes back: the doors (F3, F4)', () => {
  it('every door says 503 and when to come back, the process lives, and recovers by itself', async () => {
    const user = await pushUser(acme);
    expect(await statusOf('/readyz')).toBe(200);
    await proxy.cut();
    const started = Date.now();
    const answers = await Promise.all([
      scim('GET', '/Users'),
      scim('GET', `/Users/${user}`),
      scim('POST', '/Users', newUser()),
      scim('PATCH', `/Users/${user}`, patch({ op: 'replace', path: 'title', value: 'x' })),
      scim('PUT', `/Users/${user}`, newUser()),
      scim('DELETE', `/Users/${user}`),
      scim('GET', '/Groups'),
      scim('POST', '/Groups', { displayName: 'x' }),
    ]);
    for (const answer of answers) {
      expect(answer.statusCode).toBe(503);
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
      expect(answer.headers['content-type']).toContain('application/scim+json');
      expect(answer.json()).toEqual({
        schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
        status: '503',
        detail: expect.stringContaining('Nothing was changed'),
      });
    }
    for (const document of ['{ organization { id } }', 'mutation { deleteGroup(id: "x") }']) {
      const answer = await graphql(document);
      expect(answer.statusCode).toBe(503);
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
      expect(answer.json().errors[0].extensions).toMatchObject({ code: 'UNAVAILABLE', retryAfter: 5 });
    }
    expect(await statusOf('/readyz')).toBe(503);
    expect(await statusOf('/healthz')).toBe(200);
    expect(await statusOf('/scim/v2/ServiceProviderConfig')).toBe(200);
    expect(Date.now() - started).toBeLessThan(10_000);

    await proxy.restore();
    expect((await scim('GET', `/Users/${user}`)).json()).toMatchObject({ id: user, active: true });
    expect((await graphql('{ organization { id } }')).json().data.organization.id).toBe(acme.id);
    expect(await statusOf('/readyz')).toBe(200);
  });

  it('a server that hangs is away too: no request waits for it as long as a client does', async () => {
    expect((await scim('GET', '/Users')).statusCode).toBe(200);
    proxy.freeze();
    const started = Date.now();
    expect((await scim('GET', '/Users')).statusCode).toBe(503);
    expect(Date.now() - started).toBeLessThan(11_500);
    expect((await scim('GET', '/Users')).statusCode).toBe(503);
    expect(await statusOf('/readyz')).toBe(503);
    expect(Date.now() - started).toBeLessThan(20_000);
    proxy.thaw();
    expect((await scim('GET', '/Users')).statusCode).toBe(200);
  });

  it('F4: backends killed all the time: an answer is 2xx or 503, and what was confirmed is there (I1, I2)', async () => {
    const killing = setInterval(() => {
      void product.sql(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid() and application_name = 'rollcall'`,
      );
    }, 200);
    const outcomes = new Map<string, number>();
    const end = Date.now() + 20_000;
    const isCut = (): boolean => [...outcomes.values()].includes(503) || Date.now() > end;
    const client = async (number: number): Promise<void> => {
      // A fast machine is done before anybody is cut off.
      for (let turn = 0; turn < 25 || !isCut(); turn += 1) {
        const body = newUser(`k${number}-${turn}-${acme.slug}`);
        const answer = await scim('POST', '/Users', body);
        outcomes.set(body.userName, answer.statusCode);
      }
    };
    await Promise.all([0, 1, 2, 3].map(client));
    clearInterval(killing);
    await product.endConnections();
    const stored = new Set(
      (
        await product.sql<{ user_name: string }>('select user_name from users where organization_id = $1', [
          acme.id,
        ])
      ).map((row) => row.user_name),
    );
    expect(new Set(outcomes.values())).toEqual(new Set([201, 503]));
    for (const [name, status] of outcomes) if (status === 201) expect(stored).toContain(name);
    const audited = await product.sql(
      `select from audit_log where organization_id = $1 and action = 'user.provisioned'`,
      [acme.id],
    );
    expect(audited).toHaveLength([...outcomes.keys()].filter((name) => stored.has(name)).length);
    expect((await scim('GET', '/Users')).statusCode).toBe(200);
  });

  it.each([
    ['before the members', /insert into memberships /, false, 0],
    ['between the change and its history', /insert into audit_log/, false, 0],
    ['before the message to the worker', /insert into outbox/, false, 0],
    ['before the commit', /insert into outbox[\s\S]*\bcommit\b/, false, 0],
    ['after the commit, before the answer', /insert into outbox[\s\S]*\bcommit\b/, true, 1],
  ])('a connection cut %s leaves all or nothing (I2, I9)', async (_when, words, forward, made) => {
    const ids = await crowd(product, acme, 5);
    const cut = proxy.cutAt(words, forward);
    const displayName = 'All or nothing';
    const members = ids.map((value) => ({ value }));
    const answer = await scim('POST', '/Groups', { displayName, externalId: 'g', members });
    await cut;
    expect(answer.statusCode).toBe(503);
    // History, message and COMMIT are one packet: whoever sent it cannot know how far it came.
    const detail = words.source.includes('memberships')
      ? 'Nothing was changed'
      : 'all of it took effect or nothing did';
    expect(answer.json().detail).toContain(detail);
    const [counts] = await product.sql(
      `select (select count(*)::int from groups where organization_id = $1) as groups,
         (select count(*)::int from memberships where organization_id = $1) as memberships,
         (select count(*)::int from audit_log where organization_id = $1 and action = 'group.provisioned') as audited,
         (select count(*)::int from outbox where organization_id = $1) as messages`,
      [acme.id],
    );
    expect(counts).toEqual({ groups: made, memberships: 5 * made, audited: made, messages: made });
    expect((await scim('GET', '/Groups')).json().totalResults).toBe(made);
  });
});

describeEachQueue('PostgreSQL goes away and comes back: the workers (F3)', (backend) => {
  it('processes that start while it is away serve and work as soon as it is there', async () => {
    await proxy.cut();
    await database.close();
    database = await Database.open({
      url: proxy.urlOf(product.databaseUrl),
      entities,
      logger: silent,
      secretKey: TEST_SECRET_KEY,
    });
    startBehindProxy(backend);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const group = await pushGroup(acme, undefined, await crowd(product, acme, 3));
    await hideFromSweeper(product, group);
    await proxy.restore();
    await product.settle();
    const later = await pushGroup(acme, undefined, await crowd(product, acme, 1));
    await hideFromSweeper(product, later);
    await product.settle();
    expect([await swept(group), await swept(later)]).toEqual([0, 0]);
  });

  it('workers that lose it under load take up their work again, and by the queue', async () => {
    startBehindProxy(backend);
    const ids = await crowd(product, acme, 200);
    const group = await pushGroup(acme);
    for (let round = 0; round < 4; round += 1) {
      const value = ids.slice(round * 50, round * 50 + 50).map((id) => ({ value: id }));
      const change = patch({ op: 'add', path: 'members', value });
      expect((await acme.scim('PATCH', `/Groups/${group}`, change)).status).toBe(204);
      if (round % 2 === 0) proxy.reset();
      else await proxy.cut();
      await new Promise((resolve) => setTimeout(resolve, 150));
      await proxy.restore();
    }
    await product.settle();
    expect(await scimMembers(acme, group)).toEqual([...ids].sort());
    const later = await pushGroup(acme, undefined, ids.slice(0, 1));
    await hideFromSweeper(product, later);
    await product.settle();
    expect(await swept(later)).toBe(0);
  });
});
