import pg from 'pg';
import { migrate } from '../../src/migrate.js';
import { createTestDatabase } from '../support/database.js';
import { eventually } from '../workers/asynchronous.js';

// F17. A migration waited for a table as long as anybody used it, and all who came later waited behind the migration.
it('a migration that has to wait for a table lets those pass who come later, and is done when it can be', async () => {
  const database = await createTestDatabase();
  const connect = async () => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    return client;
  };
  const [reader, latecomer, watcher] = await Promise.all([connect(), connect(), connect()]);
  try {
    // The last migration that changes this table has not been yet.
    await reader.query(`delete from migrations where name = '0037-unsettled-by-group'`);
    await reader.query('create index memberships_unsettled_by_age on memberships (accepted_at)');
    await reader.query('begin');
    await reader.query('select from memberships');

    const migrating = migrate(database.url);
    await eventually('the migration waits', async () => {
      const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
      return (await watcher.query(waiting)).rows.length > 0;
    });
    await latecomer.query(`set lock_timeout = '10s'`);
    await latecomer.query('select from memberships');
    await reader.query('commit');
    expect(await migrating).toEqual(['0037-unsettled-by-group']);
  } finally {
    await Promise.all([reader, latecomer, watcher].map((client) => client.end()));
    await database.drop();
  }
});
