import { type Config, ConfigError } from './config.js';
import { openEmbeddedPostgres } from './embedded/postgres.js';
import { entities } from './entities.js';
import { Database } from './kernel/database.js';
import type { Logger } from './kernel/logger.js';
import { migrate, pendingMigrations } from './migrate.js';
import { keptSecretKey } from './secret-key.js';

export interface OpenedDatabase {
  url: string;
  database: Database;
  /** Closes the pool and, as the last user of an embedded PostgreSQL, stops it. */
  close(): Promise<void>;
}

/**
 * The database of this process, at this version: the one of DATABASE_URL, or the embedded one in DATA_DIR, started when
 * it does not run. It is migrated on the way, except in production, where a deployment decides when that happens: there
 * ConfigError says which migrations are missing.
 */
export async function openDatabase(
  config: Config,
  logger: Logger,
  say: (line: string) => void,
): Promise<OpenedDatabase> {
  const { previousSecretKeys } = config;
  if (config.databaseUrl !== undefined) {
    await bringUpToDate(config.databaseUrl, config.production);
    const secretKey = config.secretKey ?? keptSecretKey(config.dataDir);
    const database = await Database.open({
      url: config.databaseUrl,
      entities,
      logger,
      secretKey,
      previousSecretKeys,
    });
    return { url: config.databaseUrl, database, close: () => database.close() };
  }
  say(`DATABASE_URL is not set: using the embedded PostgreSQL in ${config.dataDir}`);
  const embedded = await openEmbeddedPostgres({ dataDir: config.dataDir, log: say });
  await migrate(embedded.url);
  const secretKey = config.secretKey ?? keptSecretKey(config.dataDir);
  const database = await Database.open({
    url: embedded.url,
    entities,
    logger,
    secretKey,
    previousSecretKeys,
  });
  return {
    url: embedded.url,
    database,
    async close() {
      await database.close();
      await embedded.release();
    },
  };
}

async function bringUpToDate(databaseUrl: string, production: boolean): Promise<void> {
  if (!production) {
    await migrate(databaseUrl);
    return;
  }
  const missing = await pendingMigrations(databaseUrl);
  if (missing.length === 0) return;
  throw new ConfigError(
    `The database of DATABASE_URL lacks ${missing.join(', ')}. Run \`npm run migrate\` with the same DATABASE_URL, then start again.`,
  );
}
