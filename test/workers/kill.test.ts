import { setTimeout as sleep } from 'node:timers/promises';
import { patch, pushGroup } from '../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';
import { describeEachQueue } from '../support/redis.js';
import { crowd, eventually, holding, scimMembers, someoneWaits } from './asynchronous.js';
import { endProductProcesses, startProductProcess } from './product-process.js';
import { wipe } from './queues.js';
import { TcpProxy } from './tcp-proxy.js';

describeEachQueue('processes end in every way', (backend) => {
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

  const start = (role: 'all' | 'worker', redisUrl = backend.redisUrl()) =>
    startProductProcess({
      ROLE: role,
      DATABASE_URL: product.databaseUrl,
      ...(redisUrl !== undefined && { REDIS_URL: redisUrl }),
    });

  const add = (ids: string[]) =>
    patch({ op: 'add', path: 'members', value: ids.map((value) => ({ value })) });

  const countOf = async (state: string) =>
    (await product.sql('select from memberships where organization_id = $1 and state = $2', [acme.id, state]))
      .length;

  it('F2: kill -9 in the middle of a large settle: nothing is lost, and a new worker finishes in 15 s', async () => {
    const ids = await crowd(product, acme, 1_500);
    const groups = await Promise.all([0, 1, 2, 3, 4].map(() => pushGroup(acme)));
    for (const group of groups.slice(0, 4)) {
      expect((await acme.scim('PATCH', `/Groups/${group}`, add(ids.slice(0, 1_200)))).status).toBe(204);
    }
    await holding(product, acme, groups.slice(2, 3), async () => {
      const first = await start('worker');
      const inTheMiddle = async () => (await someoneWaits(product)) && (await countOf('active')) > 0;
      await eventually('it is in the middle', inTheMiddle);
      expect(await first.end('SIGKILL')).toMatchObject({ signal: 'SIGKILL' });
    });
    expect(await countOf('adding')).toBeGreaterThanOrEqual(1_200);

    for (const group of groups) {
      expect((await acme.scim('PATCH', `/Groups/${group}`, add(ids.slice(1_200)))).status).toBe(204);
    }
    await start('worker');
    await product.settle(30_000);
    for (const group of groups.slice(0, 4)) expect(await scimMembers(acme, group)).toEqual([...ids].sort());
    expect(await countOf('active')).toBe(4 * 1_500 + 300);
    const [audited] = await product.sql<{ added: number }>(
      `select sum((details->>'added')::int)::int as added from audit_log
       where organization_id = $1 and action = 'group.membersApplied'`,
      [acme.id],
    );
    expect(audited?.added).toBe(4 * 1_500 + 300);
  }, 120_000);

  it('F16: SIGTERM lets the work under way finish and ends with 0 within 10 s', async () => {
    const ids = await crowd(product, acme, 20);
    const group = await pushGroup(acme);
    let isUnderWay = false;
    expect((await acme.scim('PATCH', `/Groups/${group}`, add(ids))).status).toBe(204);
    await holding(product, acme, [group], async (release) => {
      const worker = await start('worker');
      expect((await fetch(`${worker.url}/readyz`)).status).toBe(200);
      expect((await fetch(`${worker.url}/scim/v2/Users`)).status).toBe(404);
      await eventually('it is at work', () => someoneWaits(product));
      const ending = worker.end('SIGTERM');
      await sleep(300);
      // A lock that was waited for too long was given up: then the sweeper has it to do.
      isUnderWay = await someoneWaits(product);
      await release();
      const ended = await ending;
      expect(ended).toMatchObject({ code: 0, signal: null });
      expect(ended.ms).toBeLessThan(10_000);
    });
    if (isUnderWay) expect(await countOf('active')).toBe(20);
  });

  if (backend.name === 'redis') {
    it('F5: Redis is killed and comes back empty: requests do not notice, jobs catch up, SIGTERM ends with 0', async () => {
      const url = backend.redisUrl() ?? '';
      const proxy = await TcpProxy.inFrontOf(url);
      const { url: base, end } = await start('all', proxy.urlOf(url));
      const ids = await crowd(product, acme, 90);
      const group = await pushGroup(acme);
      await product.settle();

      /** The median of the time that adding a person took, in milliseconds. */
      const addAll = async (people: string[]): Promise<number> => {
        const times: number[] = [];
        for (const id of people) {
          const started = performance.now();
          const answer = await fetch(`${base}/scim/v2/Groups/${group}`, {
            method: 'PATCH',
            headers: { authorization: `Bearer ${acme.token}`, 'content-type': 'application/scim+json' },
            body: JSON.stringify(add([id])),
          });
          expect(answer.status).toBe(204);
          times.push(performance.now() - started);
        }
        return times.sort((a, b) => a - b)[times.length >> 1] ?? 0;
      };
      const usual = await addAll(ids.slice(0, 30));
      await proxy.cut();
      const without = await addAll(ids.slice(30, 60));
      expect(without).toBeLessThan(usual * 3 + 500);
      expect((await fetch(`${base}/readyz`)).status).toBe(200);
      await sleep(1_000);
      await wipe(product, backend);
      await proxy.restore();
      await addAll(ids.slice(60));
      await product.settle(30_000);
      expect(await scimMembers(acme, group)).toEqual([...ids].sort());
      expect(await countOf('active')).toBe(90);

      await proxy.cut();
      await addAll(ids.slice(0, 1));
      const ended = await end('SIGTERM');
      expect(ended).toMatchObject({ code: 0 });
      expect(ended.ms).toBeLessThan(10_000);
    });
  }
});
