import { openEmbeddedPostgres } from '../../src/embedded/postgres.js';

// A process that uses the embedded PostgreSQL of DATA_DIR until its standard input closes; one line of JSON when it is open.

const [dataDir = ''] = process.argv.slice(2);
try {
  const postgres = await openEmbeddedPostgres({
    dataDir,
    durable: false,
    settings: { fsync: 'off' },
    log: () => {},
  });
  console.log(JSON.stringify({ url: postgres.url, started: postgres.started }));
  process.stdin.resume().once('end', () => postgres.release());
} catch (error) {
  console.log(JSON.stringify({ error: (error as Error).message }));
  process.stdin.destroy();
}
