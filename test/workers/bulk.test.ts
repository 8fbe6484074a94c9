import { applyBulkChange } from '../../src/directory/apply-bulk-change.js';
import { bulkDeactivateUsers } from '../../src/directory/bulk-deactivate-users.js';
import type { Context } from '../../src/kernel/context.js';
import { newId } from '../../src/kernel/ids.js';
import { WORKER_PERMISSIONS } from '../../src/kernel/permissions.js';
import { Sweeper } from '../../workers/sweeper.js';
import { eraseUser, pushUser } from '../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';
import type { QueueBackend } from '../support/redis.js';
import { eventually, holding, silent, someoneWaits, whileWorking } from './asynchronous.js';
import { endProductProcesses, startProductProcess } from './product-process.js';

const SHOWN =
  'id kind state stopReason total done failed finishedAt failures { totalCount edges { node { userId reason message } } }';

// The queue only wakes the worker; that it does so on either backend is shown by the memberships.
const backend: QueueBackend = { name: 'postgres', redisUrl: () => undefined };

describe('a bulk change is applied in the background', () => {
  let product: TestProduct;
  let acme: TestOrganization;

  beforeAll(async () => {
    product = await startProduct();
  });
  beforeEach(async () => {
    acme = await product.organization();
  });
  afterEach(endProductProcesses);
  afterAll(() => product.close());

  /** Ordinary people, straight into the table. */
  const contractors = async (size: number): Promise<string[]> =>
    (
      await product.fill<{ id: string }>(
        `insert into users (organization_id, id, email, email_key, title)
         select $1, gen_random_uuid(), n, n, 'Contractor'
         from (select gen_random_uuid() || '@people.example' as n from generate_series(1, $2::int)) names returning id`,
        [acme.id, size],
      )
    ).map((row) => row.id);

  interface Admin {
    id: string;
    tokenId: string;
  }
  const worker = (): Context => ({
    ...acme.context,
    actor: { kind: 'worker', id: 'worker' },
    permissions: new Set(WORKER_PERMISSIONS),
  });

  async function send(document: string, variables: Record<string, unknown> = {}) {
    const { body } = await acme.graphql(document, variables);
    return { ...body.data?.answer, code: body.errors?.[0]?.extensions.code };
  }
  const start = (mutation: string, input: Record<string, unknown>, type = 'BulkUsersInput') =>
    send(`mutation ($input: ${type}!) { answer: ${mutation}(input: $input) { ${SHOWN} } }`, { input });
  const shown = (id: string) => send(`query ($id: ID!) { answer: bulkChange(id: $id) { ${SHOWN} } }`, { id });
  const historyOf = (action: string) =>
    product.sql<{ target_id: string; actor_kind: string }>(
      'select target_id, actor_kind from audit_log where organization_id = $1 and action = $2',
      [acme.id, action],
    );

  it('bulkDeactivateUsers leaves the owner and managed people, each with a reason, and ends the others', async () => {
    const people = await contractors(450);
    const managed = await pushUser(acme);
    const nobody = newId();
    const change = await start('bulkDeactivateUsers', {
      userIds: [...people, people[0], managed, acme.ownerId, nobody],
    });
    expect(change).toMatchObject({ kind: 'DEACTIVATE', state: 'WAITING', total: 453, done: 0, failed: 0 });
    await whileWorking(product, backend);
    const done = await shown(change.id);
    expect(done).toMatchObject({
      state: 'DONE',
      total: 453,
      done: 450,
      failed: 3,
      finishedAt: expect.any(String),
    });
    const reasons = done.failures.edges.map(({ node }: { node: { userId: string; reason: string } }) => [
      node.userId,
      node.reason,
    ]);
    expect(reasons.sort()).toEqual(
      [
        [managed, 'SCIM_MANAGED'],
        [acme.ownerId, 'OWNER'],
        [nobody, 'NOT_FOUND'],
      ].sort(),
    );
    expect(JSON.stringify(done.failures)).toContain(acme.connectionId);
    const history = await historyOf('user.deactivated');
    expect(new Set(history.map((row) => row.target_id))).toEqual(new Set(people));
    expect(new Set(history.map((row) => row.actor_kind))).toEqual(new Set(['token']));
    const left = await product.sql('select from users where organization_id = $1 and active', [acme.id]);
    expect(left).toHaveLength(2);
  });

  it('bulkReactivateUsers brings back whom an admin deactivated, and changes nobody twice', async () => {
    const people = await contractors(5);
    await product.sql(
      `update users set active = false, deactivated_by = 'admin' where id = any($1::uuid[])`,
      [people.slice(0, 3)],
    );
    await eraseUser(acme, people[0] ?? '');
    const change = await start('bulkReactivateUsers', { userIds: people });
    expect(change).toMatchObject({ total: 5 });
    await whileWorking(product, backend);
    expect(await shown(change.id)).toMatchObject({
      state: 'DONE',
      done: 4,
      failed: 1,
      failures: { edges: [{ node: { userId: people[0], reason: 'ERASED' } }] },
    });
    expect(await historyOf('user.reactivated')).toHaveLength(2);
  });

  it('bulkAssignToGroup adds everybody who is active, and says so when the group is gone by then', async () => {
    const people = await contractors(210);
    await product.sql(`update users set active = false, deactivated_by = 'admin' where id = $1`, [people[0]]);
    const group = await send('mutation { answer: createGroup(input: {displayName: "All hands"}) { id } }');
    const input = { groupId: group.id, filter: 'title eq "Contractor"' };
    const change = await start('bulkAssignToGroup', input, 'BulkAssignToGroupInput');
    await whileWorking(product, backend);
    expect(await shown(change.id)).toMatchObject({ done: 209, failed: 1 });
    const members = `query { answer: group(id: "${group.id}") { members { totalCount } } }`;
    expect((await send(members)).members.totalCount).toBe(209);

    const late = await start('bulkAssignToGroup', input, 'BulkAssignToGroupInput');
    await send(`mutation { answer: deleteGroup(id: "${group.id}") }`);
    await whileWorking(product, backend);
    const reasons = (await shown(late.id)).failures.edges.map(
      ({ node }: { node: { reason: string } }) => node.reason,
    );
    expect(reasons).toContain('GROUP_GONE');
  });

  it('cancelBulkChange ends it: nobody is reached any more', async () => {
    const [id] = await contractors(1);
    const change = await start('bulkDeactivateUsers', { userIds: [id] });
    const cancel = `mutation { answer: cancelBulkChange(id: "${change.id}") { state done } }`;
    expect(await send(cancel)).toMatchObject({ state: 'CANCELLED', done: 0 });
    await whileWorking(product, backend);
    expect(await shown(change.id)).toMatchObject({ state: 'CANCELLED', done: 0, failed: 0 });
    expect(await send(cancel)).toMatchObject({ state: 'CANCELLED' });
  });

  describe('whoever asked may not ask any more: it stops at the next batch, with the reason', () => {
    const ADMIN = `insert into users (organization_id, id, email, email_key, role)
      values ($1, gen_random_uuid(), $2, $2, 'admin') returning id`;

    it.each([
      ['is deactivated', 'REQUESTER_INACTIVE', ({ id }: Admin) => `deactivateUser(id: "${id}") { id }`],
      [
        'loses the role',
        'REQUESTER_ROLE',
        ({ id }: Admin) => `changeUserRole(input: {id: "${id}", role: USER}) { id }`,
      ],
      [
        'has their token revoked',
        'CREDENTIAL_REVOKED',
        ({ tokenId }: Admin) => `revokeApiToken(id: "${tokenId}")`,
      ],
    ])('%s', async (_what, stopReason, end) => {
      const people = await contractors(450);
      const [person] = await product.sql<{ id: string }>(ADMIN, [acme.id, `boss-${newId()}@people.example`]);
      const id = person?.id ?? '';
      const issued = await send(`mutation { answer: issueApiToken(userId: "${id}") { id token } }`);
      const { body } = await acme.graphql(
        'mutation ($input: BulkUsersInput!) { bulkDeactivateUsers(input: $input) { id } }',
        { input: { userIds: people } },
        issued.token,
      );
      const change = body.data.bulkDeactivateUsers.id;
      const apply = () => applyBulkChange(worker(), { id: change });
      expect(await apply()).toMatchObject({ done: 200, more: true });
      expect(await send(`mutation { answer: ${end({ id, tokenId: issued.id })} }`)).toMatchObject({
        code: undefined,
      });
      expect(await apply()).toMatchObject({ done: 0, more: false, stopped: stopReason });
      expect(await apply()).toBeUndefined();
      expect(await shown(change)).toMatchObject({ state: 'STOPPED', stopReason, done: 200, failed: 0 });
      const left = await product.sql('select from users where id = any($1::uuid[]) and active', [people]);
      expect(left).toHaveLength(250);
      expect((await historyOf('bulkChange.stopped')).map((row) => row.target_id)).toEqual([change]);
    });

    it('a token that expires on the way was in time', async () => {
      const people = await contractors(250);
      const change = await start('bulkDeactivateUsers', { userIds: people });
      await applyBulkChange(worker(), { id: change.id });
      await product.sql(
        `update api_tokens set expires_at = now() - interval '1 second' where organization_id = $1`,
        [acme.id],
      );
      expect(await applyBulkChange(worker(), { id: change.id })).toMatchObject({ done: 50, more: false });
    });
  });

  it('is done by the sweeper when its job is lost', async () => {
    const people = await contractors(450);
    const change = await start('bulkDeactivateUsers', { userIds: people });
    await product.sql('delete from outbox');
    await product.sql(`update bulk_changes set touched_at = now() - interval '1 minute'`);
    expect(await new Sweeper(product.database, silent).sweep()).toBe(1);
    expect(await shown(change.id)).toMatchObject({ state: 'DONE', done: 450 });
  });

  it('says whom: ids or a filter, not both, not more than the limit', async () => {
    const { code: neither } = await start('bulkDeactivateUsers', {});
    const { code: both } = await start('bulkDeactivateUsers', {
      userIds: [newId()],
      filter: 'active eq true',
    });
    const { code: noFilter } = await start('bulkDeactivateUsers', { filter: 'active eq' });
    expect([neither, both, noFilter]).toEqual(['INVALID_INPUT', 'INVALID_INPUT', 'INVALID_INPUT']);
    const many = Array.from({ length: 10_001 }, () => newId());
    await expect(bulkDeactivateUsers(acme.context, { userIds: many })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
    const { total } = await bulkDeactivateUsers(acme.context, { userIds: many.slice(1) });
    expect(total).toBe(10_000);
  });

  it('F2: kill -9 in the middle, twice: everybody is reached once, and the numbers are exact', async () => {
    const people = await contractors(2_000);
    const change = await start('bulkDeactivateUsers', { userIds: people });
    const worker = () => startProductProcess({ ROLE: 'worker', DATABASE_URL: product.databaseUrl });
    const inOrder = people.toSorted();
    for (const reached of [200, 800]) {
      await holding(
        product,
        acme,
        inOrder.slice(reached + 50, reached + 51),
        async () => {
          const killed = await worker();
          const inTheMiddle = async () =>
            (await shown(change.id)).done === reached && (await someoneWaits(product));
          await eventually('it is in the middle of a batch', inTheMiddle, 20_000);
          await killed.end('SIGKILL');
        },
        'users',
      );
      expect(await shown(change.id)).toMatchObject({ state: 'RUNNING', done: reached });
    }
    await worker();
    await eventually('all are done', async () => (await shown(change.id)).state === 'DONE', 30_000);
    expect(await shown(change.id)).toMatchObject({ total: 2_000, done: 2_000, failed: 0 });
    const history = await historyOf('user.deactivated');
    expect(history).toHaveLength(2_000);
    expect(new Set(history.map((row) => row.target_id)).size).toBe(2_000);
  }, 90_000);
});
