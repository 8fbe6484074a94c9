import { readConfig } from '../config.js';
import { openEmbeddedPostgres } from '../embedded/postgres.js';
import { explainFailure } from '../explain-failure.js';
import { migrate } from '../migrate.js';
import { toldToEnd } from '../told-to-end.js';

/** `npm run migrate`: brings the database of DATABASE_URL, or the embedded one, to this version. */
async function main(): Promise<void> {
  const config = readConfig();
  // A second or two: ended in the middle, it would leave the embedded PostgreSQL running. Another one rolls back.
  if (config.databaseUrl === undefined) void toldToEnd();
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const embedded =
    config.databaseUrl === undefined
      ? await openEmbeddedPostgres({ dataDir: config.dataDir, log: say })
      : undefined;
  try {
    const ran = await migrate(config.databaseUrl ?? embedded?.url ?? '');
    process.stdout.write(ran.length === 0 ? 'nothing to migrate\n' : `migrated: ${ran.join(', ')}\n`);
  } finally {
    await embedded?.release();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${explainFailure(error)}\n`);
  process.exit(1);
});
