import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'graphql-sse';
import { register } from 'prom-client';
import { MAX_STREAMS_PER_TOKEN } from '../../graphql/streams.js';
import { patch, pushGroup, pushUser } from '../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';
import { eventually } from '../workers/asynchronous.js';
import { type OpenStream, openStream } from './sse.js';

const LOG =
  'subscription ($of: ID, $outcome: ProvisioningOutcome, $after: String) { provisioningEvents(connectionId: $of, outcome: $outcome, after: $after) { cursor request { operation outcome targetId requestId } } }';
const PROGRESS =
  'subscription ($id: ID!) { membershipChangeProgress(id: $id) { accepted applied failed group { displayName } } }';
const HEALTH =
  'subscription ($id: ID!) { connectionHealth(connectionId: $id) { status health { state sentence } lastRequest { outcome } lastRefusedRequest { status } } }';

let product: TestProduct;
let acme: TestOrganization;
let url: string;
const opened: OpenStream[] = [];

beforeAll(async () => {
  product = await startProduct({ workers: true });
  url = await product.app.listen({ port: 0, host: '127.0.0.1' });
});
beforeEach(async () => {
  acme = await product.organization();
});
afterEach(() => {
  for (const stream of opened.splice(0)) stream.cut();
});
afterAll(() => product.close());

async function open(
  query: string,
  variables: unknown = {},
  token = acme.apiToken,
  headers: Record<string, string> = {},
) {
  const stream = await openStream(url, token, query, { variables, headers });
  opened.push(stream);
  return stream;
}

const openCount = async () =>
  Number((await register.getSingleMetric('rollcall_graphql_streams')?.get())?.values[0]?.value ?? 0);

const targets = (events: { data: { provisioningEvents: { request: { targetId: string } } } }[]) =>
  events.map(({ data }) => data.provisioningEvents.request.targetId);

describe('provisioningEvents', () => {
  it('shows each request once, as it is written, with an id; filters; and resumes behind any of them', async () => {
    const other = await product.organization();
    const all = await open(LOG);
    const refused = await open(LOG, { of: acme.connectionId, outcome: 'REFUSED' });
    expect(all.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(all.headers.get('x-request-id')).toBeTruthy();
    const ids: string[] = [];
    for (const name of ['a', 'b', 'c', 'd']) ids.push(await pushUser(acme, `${acme.slug}-${name}`));
    await pushUser(other);
    await acme.scim('GET', `/Users/${ids[0]}`);
    await acme.scim('GET', '/Users/01890000-0000-7000-8000-000000000000');
    const seen = await all.data(6);
    expect(targets(seen).slice(0, 4)).toEqual(ids);
    expect(seen.map(({ data }) => data.provisioningEvents.request.outcome)).toEqual([
      ...Array(4).fill('APPLIED'),
      'UNCHANGED',
      'REFUSED',
    ]);
    expect((await refused.data(1))[0].data.provisioningEvents.request).toMatchObject({ operation: 'user' });
    const events = all.events.filter(({ event }) => event === 'next');
    for (const { id, data } of events) expect(data.data.provisioningEvents.cursor).toBe(id);

    // By the argument and by the header; the header, which is newer after a reconnection, wins.
    const [, second, third] = events;
    const byArgument = await open(LOG, { after: second?.id });
    expect(targets(await byArgument.data(4)).slice(0, 2)).toEqual(ids.slice(2));
    const byHeader = await open(LOG, { after: second?.id }, acme.apiToken, {
      'last-event-id': third?.id ?? '',
    });
    expect(targets(await byHeader.data(3))[0]).toBe(ids[3]);
    // Before anything happened there is an id already.
    const fromTheStart = await open(LOG, { after: all.events[0]?.id });
    expect(targets(await fromTheStart.data(6))).toEqual(targets(seen));
    await sleep(700);
    expect((await fromTheStart.data(6)).length).toBe(6);
  });

  it('loses nothing that commits late: a transaction that began earlier and ended later comes after', async () => {
    const stream = await open(LOG);
    await pushUser(acme, `${acme.slug}-first`);
    await stream.data(1);
    const [template] = await product.sql<{ columns: string }>(`
      select string_agg(attname, ', ') as columns from pg_attribute where attrelid = 'provisioning_log'::regclass
      and attnum > 0 and attname not in ('id', 'written_by', 'operation')`);
    const late = product.sql(`
      begin;
      insert into provisioning_log (id, operation, ${template?.columns})
      select overlay(id::text placing translate(right(id::text, 1), '0123456789abcdef', '123456789abcdef0') from 36)::uuid, 'late', ${template?.columns} from provisioning_log
      where organization_id = '${acme.id}' limit 1;
      select pg_sleep(1.5);
      commit`);
    const sleeping = `select from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'`;
    while ((await product.sql(sleeping)).length === 0) await sleep(10);
    await pushUser(acme, `${acme.slug}-second`);
    await late;
    const operations = (await stream.data(3)).map(({ data }) => data.provisioningEvents.request.operation);
    expect(operations).toEqual(['provisionUser', 'late', 'provisionUser']);
    await sleep(700);
    expect((await stream.data(3)).length).toBe(3);
  });

  it('refuses before it streams: an unknown connection, a cursor of nobody, one of another database', async () => {
    const other = await product.organization();
    for (const [variables, code, status] of [
      [{ of: other.connectionId }, 'NOT_FOUND', 404],
      [{ of: 'nonsense' }, 'NOT_FOUND', 404],
      [{ after: 'nonsense' }, 'INVALID_INPUT', 400],
      [{ after: Buffer.from('log:99999999999999999999:x').toString('base64url') }, 'INVALID_INPUT', 400],
      [
        {
          after: Buffer.from('log:9999999999999:01890000-0000-7000-8000-000000000000').toString('base64url'),
        },
        'INVALID_INPUT',
        400,
      ],
    ] as const) {
      const { events, ...stream } = await open(LOG, variables);
      expect({ status: stream.status, code: events[0]?.data.errors[0].extensions.code }).toEqual({
        status,
        code,
      });
    }
  });
});

it('membershipChangeProgress counts up and completes; one that is done already says so and completes', async () => {
  const people = [await pushUser(acme), await pushUser(acme)];
  const group = await pushGroup(acme);
  await acme.scim(
    'PATCH',
    `/Groups/${group}`,
    patch({ op: 'add', path: 'members', value: people.map((value) => ({ value })) }),
  );
  const [change] = await product.sql<{ id: string }>(
    'select id from membership_changes where group_id = $1',
    [group],
  );
  const stream = await open(PROGRESS, { id: change?.id });
  await stream.end();
  const last = stream.events.at(-2)?.data.data.membershipChangeProgress;
  expect(last).toEqual({ accepted: 2, applied: 2, failed: 0, group: { displayName: expect.any(String) } });
  expect(stream.events.at(-1)).toEqual({ event: 'complete', id: undefined, data: null });
  const again = await open(PROGRESS, { id: change?.id }, acme.apiToken, {
    'last-event-id': stream.events.at(-2)?.id ?? '',
  });
  await again.end();
  expect(again.events.map(({ event }) => event)).toEqual(['complete']);
});

it.each([
  [
    'bulkChangeProgress',
    'bulkReactivateUsers(input: {userIds: ["USER"]}) { id }',
    { total: 1, done: 0, failed: 1 },
  ],
  [
    'invitationBatchProgress',
    'inviteUsers(input: {emails: ["stream@acme.example", "no address"]}) { id }',
    { total: 2, done: 1, failed: 1 },
  ],
])('%s is followed to its end', async (name, mutation, end) => {
  const start = mutation.replace('USER', await pushUser(acme));
  const { body } = await acme.graphql(`mutation { started: ${start} }`);
  const stream = await open(`subscription ($id: ID!) { ${name}(id: $id) { total done failed } }`, {
    id: body.data.started.id,
  });
  await stream.end();
  expect(stream.events.at(-2)?.data.data[name]).toEqual(end);
  expect(stream.events.at(-1)).toMatchObject({ event: 'complete' });
});

it('connectionHealth shows the connection now, after each request, when it is locked and when it is disabled', async () => {
  const stream = await open(HEALTH, { id: acme.connectionId });
  /** The first event from `count` on that looks so; use and request are noted one after the other. */
  const expectHealth = async (count: number, shown: object): Promise<void> => {
    const { connectionHealth } = (await stream.data(count)).at(-1).data;
    const isShown = Object.entries(shown).every(([key, value]) =>
      JSON.stringify(connectionHealth[key]).includes(value),
    );
    if (!isShown && count < 12) await expectHealth(count + 1, shown);
    else expect([connectionHealth, isShown]).toEqual([connectionHealth, true]);
  };
  await expectHealth(1, { status: 'ACTIVE', health: 'WAITING_FOR_FIRST_REQUEST', lastRequest: 'null' });
  await acme.scim('GET', '/Users/01890000-0000-7000-8000-000000000000');
  await expectHealth(2, { health: 'is connected', lastRequest: 'REFUSED', lastRefusedRequest: '404' });
  // Nothing of the connection itself changes, and yet it cannot be used any more (B1).
  const plan = 'update organizations set plan = $2 where id = $1';
  await product.sql(plan, [acme.id, 'team']);
  await expectHealth(3, { status: 'ACTIVE', health: 'LOCKED' });
  await product.sql(plan, [acme.id, 'enterprise']);
  await acme.graphql(`mutation { disconnectScim(connectionId: "${acme.connectionId}") }`);
  await expectHealth(4, { status: 'DISABLED', health: 'DISABLED' });
});

it('speaks the protocol of graphql-sse: its own client follows a stream', async () => {
  const client = createClient({
    url: `${url}/graphql/stream`,
    headers: { authorization: `Bearer ${acme.apiToken}` },
  });
  const events = client.iterate<{ connectionHealth: { status: string } }>({
    query: HEALTH,
    variables: { id: acme.connectionId },
  });
  expect((await events.next()).value?.data?.connectionHealth.status).toBe('ACTIVE');
  await events.return?.();
  client.dispose();
});

describe('who may follow', () => {
  const issue = async (role: string) =>
    (await acme.graphql(`mutation { issueApiToken(role: ${role}) { id token } }`)).body.data.issueApiToken;

  it('a revoked token ends its stream within seconds, with UNAUTHENTICATED, and others go on', async () => {
    const { id, token } = await issue('ADMIN');
    const [mine, others] = [await open(LOG, {}, token), await open(LOG)];
    await acme.graphql(`mutation { revokeApiToken(id: "${id}") }`);
    await mine.end(20_000);
    const [error, complete] = mine.events.slice(-2);
    expect(error?.data.errors[0].extensions.code).toBe('UNAUTHENTICATED');
    expect(complete?.event).toBe('complete');
    expect(others.ended()).toBe(false);
  });

  it('a role that was taken away ends it with FORBIDDEN', async () => {
    const { id, token } = await issue('ADMIN');
    const stream = await open(HEALTH, { id: acme.connectionId }, token);
    await stream.data(1);
    await product.sql(`update api_tokens set role = 'user' where id = $1`, [id]);
    await stream.end(20_000);
    expect(stream.events.at(-2)?.data.errors[0].extensions.code).toBe('FORBIDDEN');
  });

  it('is refused like on /graphql: no token, a SCIM token, a role without the permission, another site', async () => {
    const refusal = async (token: string, headers?: Record<string, string>) => {
      const { status, events } = await open(LOG, {}, token, headers);
      return `${status} ${events[0]?.data.errors[0].extensions.code}`;
    };
    expect(await refusal('nonsense')).toBe('401 UNAUTHENTICATED');
    expect(await refusal(acme.token)).toBe('401 UNAUTHENTICATED');
    expect(await refusal((await issue('USER')).token)).toBe('403 FORBIDDEN');
    expect(await refusal(acme.apiToken, { 'sec-fetch-site': 'cross-site' })).toBe('403 FORBIDDEN');
    const wrongHost = { host: 'somebody-else.localhost' };
    const answer = await product.app.inject({
      method: 'POST',
      url: '/graphql/stream',
      headers: { ...wrongHost, authorization: `Bearer ${acme.apiToken}`, 'content-type': 'application/json' },
      payload: { query: LOG },
    });
    expect(answer.statusCode).toBe(401);
  });
});

describe('limits', () => {
  it('the limits and errors of /graphql hold, and each kind of operation has its door', async () => {
    const code = async (query: string) => (await open(query)).events[0]?.data.errors[0].extensions.code;
    expect(await code(`subscription { ${'a'.repeat(33_000)} }`)).toBe('LIMIT_EXCEEDED');
    expect(await code('subscription { nothing }')).toBe('GRAPHQL_VALIDATION_FAILED');
    expect(await code('subscription {')).toBe('GRAPHQL_PARSE_FAILED');
    expect(
      await code('subscription { a: provisioningEvents { cursor } b: provisioningEvents { cursor } }'),
    ).toBe('GRAPHQL_VALIDATION_FAILED');
    expect(await code('subscription ($id: ID!) { membershipChangeProgress(id: $id) { id } }')).toBe(
      'INVALID_INPUT',
    );
    expect(await code('{ organization { id } }')).toBe('NOT_SUPPORTED');
    const here = await acme.graphql('subscription { provisioningEvents { cursor } }');
    expect(here.body.errors[0].extensions.code).toBe('NOT_SUPPORTED');
    expect(here.body.errors[0].message).toContain('/graphql/stream');
    const get = await product.app.inject({ method: 'GET', url: '/graphql/stream' });
    expect({ status: get.statusCode, allow: get.headers.allow }).toEqual({ status: 405, allow: 'POST' });
  });

  it('a token has a number of streams; what is closed makes room; nothing is left when all are gone', async () => {
    const before = await openCount();
    const streams: OpenStream[] = [];
    for (let i = 0; i < MAX_STREAMS_PER_TOKEN; i += 1) streams.push(await open(LOG));
    const refused = await open(LOG);
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('5');
    const other = await open(LOG, {}, await acme.issueToken('admin'));
    expect(other.status).toBe(200);
    streams[0]?.cut();
    await sleep(1_000);
    await eventually('there is room again', async () => (await open(LOG)).status === 200);
    for (const stream of opened) stream.cut();
    await eventually('all are gone', async () => (await openCount()) === before);
  });
});
