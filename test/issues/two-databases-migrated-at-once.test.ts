import pg from 'pg';
import { openEmbeddedPostgres } from '../../src/embedded/postgres.js';
import { migrate } from '../../src/migrate.js';
import { keepFolder } from '../support/keep.js';

// Roles belong to a whole server and the lock of `migrate` to one database: two databases of one new server, migrated at
// the same time, both found the roles missing and one of them failed on pg_authid_rolname_index.
it('several databases of a new server can be migrated at the same time', async () => {
  const kept = keepFolder('two-databases');
  const postgres = await openEmbeddedPostgres({ dataDir: kept.folder, durable: false, log: () => {} });
  try {
    const databases = ['one', 'two', 'three'];
    const client = new pg.Client({ connectionString: postgres.url });
    await client.connect();
    for (const name of databases) await client.query(`create database ${name}`);
    await client.end();
    const migrated = await Promise.all(
      databases.map((name) => migrate(Object.assign(new URL(postgres.url), { pathname: name }).toString())),
    );
    expect(new Set(migrated.map((ran) => ran.length)).size).toBe(1);
  } finally {
    await postgres.release();
    await kept.end();
  }
});
