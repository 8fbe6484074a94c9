import { Redis } from 'ioredis';
import { Client } from 'pg';
import { type Config, ConfigError } from './config.js';
import { nodeUrl } from './kernel/jobs.js';

/** A server that does not answer at the start is the business of whoever connects next. */
const ANSWER_MS = 3_000;

/** With any of these off a power cut takes back what was answered with success (I1). */
const DURABLE = ['fsync', 'synchronous_commit', 'full_page_writes'];

/**
 * What of PostgreSQL's and Redis's own settings would break a promise of the product, a sentence each. In production a
 * PostgreSQL that may lose what it acknowledged, or a role that row-level security does not bind, is refused with
 * ConfigError; everything else is said.
 */
export async function inspectServers(
  config: Pick<Config, 'redisUrl' | 'production'>,
  databaseUrl: string,
  say: (line: string) => void,
): Promise<void> {
  const problems = await inspectPostgres(databaseUrl);
  if (config.production && problems.length > 0) {
    throw new ConfigError(`DATABASE_URL: this PostgreSQL cannot be used:\n  ${problems.join('\n  ')}`);
  }
  if (config.redisUrl !== undefined) problems.push(...(await inspectRedis(config.redisUrl)));
  for (const problem of problems) say(`WARNING: ${problem}`);
}

/** I1 and the third net of docs/architecture.md, as far as settings can break them. */
export async function inspectPostgres(url: string): Promise<string[]> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: ANSWER_MS });
  // A connection that is lost is heard of by whoever waits for an answer; without a listener it would end the process.
  client.on('error', () => {});
  await client.connect();
  try {
    const settings = await client.query<{ name: string; setting: string }>(
      'select name, setting from pg_settings where name = any($1) and setting = $2 order by name',
      [DURABLE, 'off'],
    );
    const role = await client.query<{ rolname: string; rolsuper: boolean; rolbypassrls: boolean }>(
      'select rolname, rolsuper, rolbypassrls from pg_roles where rolname = current_user',
    );
    const problems = settings.rows.map(
      ({ name }) =>
        `PostgreSQL runs with ${name} = off: a crash would lose changes that were acknowledged. Set it to on.`,
    );
    const [who] = role.rows;
    if (who?.rolsuper || who?.rolbypassrls) {
      problems.push(
        `PostgreSQL's role '${who.rolname}' is ${who.rolsuper ? 'a superuser' : 'BYPASSRLS'}: row-level security does not bind it. Connect as a role that owns the database and is neither.`,
      );
    }
    return problems;
  } finally {
    await client.end();
  }
}

/** The queues survive any Redis (the sweeper finds the rows), but one that forgets or evicts costs time at every restart. */
async function inspectRedis(url: string): Promise<string[]> {
  const client = new Redis(nodeUrl(url), {
    lazyConnect: true,
    connectTimeout: ANSWER_MS,
    commandTimeout: ANSWER_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    const [policy, appendOnly] = [
      await setting(client, 'maxmemory-policy'),
      await setting(client, 'appendonly'),
    ];
    return [
      ...(policy === undefined || policy === 'noeviction'
        ? []
        : [`Redis runs with maxmemory-policy ${policy}: it may drop waiting jobs. Set it to noeviction.`]),
      ...(appendOnly === undefined || appendOnly === 'yes'
        ? []
        : ['Redis keeps no append-only file: a restart empties the queues. Set appendonly to yes.']),
    ];
  } catch {
    return ['Redis does not answer yet: jobs wait in the outbox until it does.'];
  } finally {
    client.disconnect();
  }
}

/** Undefined where CONFIG is not allowed, as at most hosted servers. */
async function setting(client: Redis, name: string): Promise<string | undefined> {
  const answer = await client.config('GET', name).catch(() => []);
  return (answer as string[])[1];
}
