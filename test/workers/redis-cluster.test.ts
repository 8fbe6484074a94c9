import { Redis } from 'ioredis';
import { swept } from '../../workers/metrics.js';
import { pushGroup, pushUser } from '../support/people.js';
import { startProduct, type TestProduct } from '../support/product.js';
import { redisAvailable, startRedis, type TestRedis } from '../support/redis.js';
import { eventually, storedMembers, whileWorking } from './asynchronous.js';

const title = 'queues on a Redis Cluster';
const suite = redisAvailable ? describe : describe.skip;

suite(redisAvailable ? title : `${title} [skipped, redis-server is not installed]`, () => {
  let redis: TestRedis;
  let product: TestProduct;

  beforeAll(async () => {
    redis = await startRedis({ 'cluster-enabled': 'yes', 'cluster-announce-ip': '127.0.0.1' });
    const node = new Redis(redis.url);
    // One node that has every slot refuses what touches two of them as three nodes would.
    await node.call('cluster', 'addslotsrange', '0', '16383');
    await eventually('the cluster is ready', async () =>
      String(await node.call('cluster', 'info')).includes('cluster_state:ok'),
    );
    node.disconnect();
    product = await startProduct();
  });
  afterAll(async () => {
    await product.close();
    await redis.stop();
  });

  it('deliver what was accepted, and the sweeper finds nothing', async () => {
    const acme = await product.organization();
    const backend = { name: 'redis' as const, redisUrl: () => redis.url.replace('redis:', 'redis+cluster:') };
    const found = async () => (await swept.get()).values.reduce((sum, { value }) => sum + value, 0);
    const before = await found();
    const ada = await pushUser(acme);
    let group = '';
    await whileWorking(product, backend, async () => {
      group = await pushGroup(acme, undefined, [ada]);
    });
    expect(await storedMembers(product, group)).toEqual([{ user_id: ada, state: 'active' }]);
    expect(await found()).toBe(before);
    const node = new Redis(redis.url);
    const keys = await node.keys('*');
    node.disconnect();
    expect(keys.some((key) => key.startsWith('{rollcall-membership}:'))).toBe(true);
  });
});
