import pg from 'pg';
import { explainFailure } from '../../src/explain-failure.js';
import { migrate } from '../../src/migrate.js';
import { createTestDatabase } from '../support/database.js';
import { eventually } from '../workers/asynchronous.js';

// The connection that keeps others from migrating rests while the migrations run on another one. When PostgreSQL ended it
// then, nobody listened: the process died with a stack.
it('a migration whose lock is lost says so in a sentence, and can be started again', async () => {
  const database = await createTestDatabase();
  const connect = async () => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    return client;
  };
  const [reader, watcher] = await Promise.all([connect(), connect()]);
  try {
    await reader.query(`delete from migrations where name = '0037-unsettled-by-group'`);
    await reader.query('create index memberships_unsettled_by_age on memberships (accepted_at)');
    await reader.query('begin');
    await reader.query('select from memberships');
    const migrating = migrate(database.url).catch(explainFailure);
    await eventually('the migration waits', async () => {
      const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
      return (await watcher.query(waiting)).rows.length > 0;
    });
    const ended = await watcher.query(`select pg_terminate_backend(pid, 5000) from pg_locks
      where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`);
    expect(ended.rows).toHaveLength(1);
    await reader.query('commit');
    expect(await migrating).toMatch(/^DATABASE_URL: PostgreSQL ended the connection .* start again\.$/);
    expect(await migrate(database.url)).toEqual([]);
  } finally {
    await Promise.all([reader, watcher].map((client) => client.end()));
    await database.drop();
  }
});
