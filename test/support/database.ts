import { randomUUID } from 'node:crypto';
import pg from 'pg';

const TEMPLATE = 'rollcall_template';
/** Any constant: the workers of one run agree on it so that one of them makes the template. */
const LOCK_KEY = 915_021;

export interface TestDatabase {
  url: string;
  /** Closes whatever is still connected and removes the database. */
  drop(): Promise<void>;
}

const clusterUrl = (database: string): string => {
  const url = process.env.ROLLCALL_TEST_DATABASE_URL;
  if (!url)
    throw new Error('ROLLCALL_TEST_DATABASE_URL is not set: run the tests with jest.config.json (npm test).');
  return Object.assign(new URL(url), { pathname: `/${database}` }).toString();
};

async function withCluster<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: clusterUrl('postgres') });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** As the superuser, who alone may cut the superuser's connections. */
async function drop(name: string): Promise<void> {
  const admin = { username: 'postgres', password: process.env.ROLLCALL_TEST_ADMIN_PASSWORD ?? '' };
  const connectionString = Object.assign(new URL(clusterUrl('postgres')), admin).toString();
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await client.query(`drop database ${name} with (force)`);
  } finally {
    await client.end();
  }
}

const exists = async (client: pg.Client, database: string): Promise<boolean> =>
  (await client.query('select from pg_database where datname = $1', [database])).rowCount === 1;

/** Migrates once per run: under another name until it is complete, so that a failed migration leaves no template. */
async function ensureTemplate(client: pg.Client): Promise<void> {
  if (await exists(client, TEMPLATE)) return;
  await client.query('select pg_advisory_lock($1)', [LOCK_KEY]);
  try {
    if (await exists(client, TEMPLATE)) return;
    const draft = `${TEMPLATE}_draft`;
    await client.query(`drop database if exists ${draft} with (force)`);
    await client.query(`create database ${draft}`);
    const { migrate } = await import('../../src/migrate.js');
    await migrate(clusterUrl(draft));
    await client.query(`alter database ${draft} with is_template true allow_connections false`);
    await client.query(`alter database ${draft} rename to ${TEMPLATE}`);
  } finally {
    await client.query('select pg_advisory_unlock($1)', [LOCK_KEY]);
  }
}

/** A fresh, migrated, empty database on the run's PostgreSQL. The role is that of production: owner, no superuser. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await withCluster(async (client) => {
    await ensureTemplate(client);
    // Copying files takes half of what writing them through the log takes, and nothing here survives a crash anyway.
    await client.query(`create database ${name} template ${TEMPLATE} strategy file_copy`);
  });
  return {
    url: clusterUrl(name),
    drop: () => drop(name),
  };
}

/** A fresh database without any table, for tests of the migrations themselves. */
export async function createEmptyDatabase(): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await withCluster((client) => client.query(`create database ${name}`));
  return {
    url: clusterUrl(name),
    drop: () => drop(name),
  };
}
