import { flushCompileCache } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { readDocuments } from '../graphql/documents.js';
import { startWorkers, type Workers } from '../workers/main.js';
import { createOutbound } from './access/outbound.js';
import { buildApp } from './app.js';
import { type Config, ConfigError, readConfig } from './config.js';
import { explainFailure } from './explain-failure.js';
import { inspectServers } from './inspect-servers.js';
import type { Database } from './kernel/database.js';
import { Jobs } from './kernel/jobs.js';
import { createLogger, type Logger } from './kernel/logger.js';
import { openDatabase } from './open-database.js';
import { createOrigin } from './origin.js';
import { toldToEnd } from './told-to-end.js';

/** SIGTERM is answered within 10 s: whoever has not finished by then is cut off. */
const STOP_DEADLINE_MS = 9_000;

/**
 * How long a process that has been told to end still takes requests: whoever balances the load learns from `/readyz` not
 * to send more, and each client's next answer ends its connection. Closing at once cuts off requests that are already on
 * the wire. Outside production nobody balances anything.
 */
const LEAVING_MS = 2_000;

export interface RunningProcess {
  url: string;
  database: Database;
  /** The parts in reverse order: no new requests, running ones finish, workers, database. */
  stop(): Promise<void>;
}

/** Starts every part of one process in order. Rejects with a sentence for the operator when a part cannot start. */
export async function startProcess(
  config: Config,
  logger: Logger,
  say: (line: string) => void,
): Promise<RunningProcess> {
  const opened = await openDatabase(config, logger, say);
  const { database } = opened;
  const origin = createOrigin(config.publicUrl, `http://${config.host}:${config.port}`);
  const outbound = createOutbound({ allowPrivate: config.allowPrivateProviders });
  let workers: Workers | undefined;
  try {
    await inspectServers(config, opened.url, say);
    if (config.role !== 'api') {
      workers = startWorkers(
        database,
        new Jobs({ redisUrl: config.redisUrl, databaseUrl: opened.url, logger }),
        logger,
        {
          logMonths: config.logMonths,
          outside: { ...outbound, signinUrlOf: origin.signinUrlOf },
          mail:
            config.smtpUrl === undefined
              ? undefined
              : { smtpUrl: config.smtpUrl, from: config.mailFrom, pageUrl: origin.pageUrlOf },
        },
      );
    }
    const doors = config.role !== 'worker';
    const { production, pace, allowPrivateProviders } = config;
    const stopping = new AbortController();
    const documents = {
      texts: readDocuments(config.graphqlDocumentsDir),
      only: config.graphqlDocuments === 'persisted',
    };
    const app = await buildApp({
      ...{ database, origin, logger, production, documents, doors, pace, allowPrivateProviders },
      stopping: stopping.signal,
    });
    const url = await app.listen({ host: config.host, port: config.port });
    return {
      url,
      database,
      async stop() {
        const cut = setTimeout(() => app.server.closeAllConnections(), STOP_DEADLINE_MS / 2);
        stopping.abort();
        if (production && doors) await sleep(LEAVING_MS);
        await app.close();
        clearTimeout(cut);
        await workers?.stop();
        await outbound.close();
        await opened.close();
      },
    };
  } catch (error) {
    await workers?.stop();
    await outbound.close();
    await opened.close();
    throw explainListen(error, config);
  }
}

function explainListen(error: unknown, { host, port }: Config): unknown {
  const code = error instanceof Error && 'syscall' in error && error.syscall === 'listen' && 'code' in error;
  switch (code && error.code) {
    case 'EADDRINUSE':
      return new ConfigError(`PORT: ${host}:${port} is in use by another program. Set PORT to a free one.`);
    case 'EACCES':
      return new ConfigError(
        `PORT: this user may not listen on ${host}:${port}. Set PORT to one above 1023.`,
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new ConfigError(`HOST: ${host} is no address of this machine.`);
    default:
      return error;
  }
}

/** Told to end while it still starts, it ends as soon as it has started: what runs by then has to be stopped in order. */
async function main(): Promise<void> {
  const config = readConfig();
  const logger = createLogger(config.logLevel);
  let isTold = false;
  const told = toldToEnd().then(() => {
    isTold = true;
    setTimeout(() => process.exit(1), STOP_DEADLINE_MS).unref();
  });
  const running = await startProcess(config, logger, (line) => process.stderr.write(`${line}\n`));
  // Where NODE_COMPILE_CACHE keeps compiled code: now, because a killed process keeps nothing.
  flushCompileCache();
  if (!isTold) process.stdout.write(`ready ${running.url}\n`);
  await told;
  try {
    await running.stop();
    process.exit(0);
  } catch (error) {
    logger.error({ err: error }, 'stopping failed');
    process.exit(1);
  }
}

if (import.meta.main) {
  main().catch((error: unknown) => {
    process.stderr.write(`${explainFailure(error)}\n`);
    process.exit(1);
  });
}
