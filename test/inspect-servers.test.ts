import { Redis } from 'ioredis';
import pg from 'pg';
import { inspectPostgres, inspectServers } from '../src/inspect-servers.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';
import { redisAvailable, startRedis } from './support/redis.js';

// The PostgreSQL of the tests is fast rather than durable, which is just what must be noticed.
let database: TestDatabase;
let superuserUrl: string;

beforeAll(async () => {
  database = await createTestDatabase();
  superuserUrl = Object.assign(new URL(database.url), {
    username: 'postgres',
    password: process.env.ROLLCALL_TEST_ADMIN_PASSWORD ?? '',
  }).toString();
});
afterAll(() => database.drop());

const warnings = async (redisUrl?: string): Promise<string[]> => {
  const said: string[] = [];
  await inspectServers({ redisUrl, production: false }, database.url, (line) => said.push(line));
  return said.map((line) => line.replace('WARNING: ', ''));
};

const NOT_DURABLE = ['fsync', 'full_page_writes', 'synchronous_commit'].map((name) =>
  expect.stringContaining(`${name} = off: a crash would lose changes that were acknowledged`),
);

describe('the servers are inspected at the start', () => {
  it('each setting that may lose what was acknowledged is said, with what to set', async () => {
    expect(await warnings()).toEqual(NOT_DURABLE);
  });

  it('production refuses such a PostgreSQL', async () => {
    const start = inspectServers({ redisUrl: undefined, production: true }, database.url, () => {});
    await expect(start).rejects.toThrow(/DATABASE_URL: this PostgreSQL cannot be used:\n.*fsync = off/);
  });

  it('a superuser and a role with BYPASSRLS are named', async () => {
    expect(await inspectPostgres(superuserUrl)).toContainEqual(
      expect.stringContaining("role 'postgres' is a superuser: row-level security does not bind it"),
    );
    const admin = new pg.Client({ connectionString: superuserUrl });
    await admin.connect();
    await admin.query("create role inspected_bypass login bypassrls password 'only-for-this-test'");
    try {
      const url = Object.assign(new URL(database.url), {
        username: 'inspected_bypass',
        password: 'only-for-this-test',
      });
      expect(await inspectPostgres(url.toString())).toContainEqual(
        expect.stringContaining("role 'inspected_bypass' is BYPASSRLS"),
      );
    } finally {
      await admin.query('drop role inspected_bypass');
      await admin.end();
    }
  });

  it('a Redis that is away is said and stops nothing', async () => {
    expect(await warnings('redis://127.0.0.1:1')).toEqual([
      ...NOT_DURABLE,
      'Redis does not answer yet: jobs wait in the outbox until it does.',
    ]);
  });

  (redisAvailable ? it : it.skip)(
    'a Redis that evicts or keeps nothing is said (needs redis-server)',
    async () => {
      const redis = await startRedis();
      const client = new Redis(redis.url);
      try {
        expect(await warnings(redis.url)).toEqual(NOT_DURABLE);
        await client.config('SET', 'maxmemory-policy', 'allkeys-lru');
        await client.config('SET', 'appendonly', 'no');
        expect((await warnings(redis.url)).slice(NOT_DURABLE.length)).toEqual([
          expect.stringContaining('maxmemory-policy allkeys-lru'),
          expect.stringContaining('keeps no append-only file'),
        ]);
      } finally {
        client.disconnect();
        await redis.stop();
      }
    },
  );
});
