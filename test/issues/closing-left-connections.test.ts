import pg from 'pg';
import { entities } from '../../src/entities.js';
import { Database } from '../../src/kernel/database.js';
import { createLogger } from '../../src/kernel/logger.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const connections = `select count(*)::int as open from pg_stat_activity where datname = current_database() and application_name = 'rollcall'`;

let target: TestDatabase;
beforeAll(async () => {
  target = await createTestDatabase();
});
afterAll(() => target.drop());

// The ORM ends the pool only when a statement of its own went through it, and none does: a stopped process waited for its
// connections to be idle for too long, and an embedded PostgreSQL took them for another user and kept running.
it('closing the database ends its connections, though the ORM never used one', async () => {
  const observer = new pg.Client({ connectionString: target.url });
  await observer.connect();
  const database = await Database.open({
    url: target.url,
    entities,
    logger: createLogger('silent'),
    secretKey: 'x'.repeat(32),
  });
  expect(await database.isReachable()).toBe(true);
  expect((await observer.query(connections)).rows).toEqual([{ open: 1 }]);
  await database.close();
  let open = 1;
  for (const end = performance.now() + 20_000; open > 0 && performance.now() < end; )
    [{ open }] = (await observer.query(connections)).rows as [{ open: number }];
  await observer.end();
  expect(open).toBe(0);
});
