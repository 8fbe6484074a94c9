import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type ClientConfig } from 'pg';
import { program } from './binaries.js';
import { explainOutput, refuse } from './failures.js';
import type { Place } from './place.js';
import { findPostmaster, removeForeignPidFile } from './postmaster.js';
import { spawnAs } from './run-as.js';
import type { EmbeddedState } from './state.js';

/** Crash recovery of a large log takes its time; a server that is alive and silent for longer than this is reported. */
const READY_DEADLINE_MS = 300_000;
/** Somebody may take the free port between our look and PostgreSQL's bind, and a dead server's children may linger. */
const ATTEMPTS = 20;
const RETRY_MS = 250;
const LOG_LIMIT_BYTES = 10_000_000;

const HOST = '127.0.0.1';

/** The product's connection string. */
export const productUrl = (state: EmbeddedState, port: number): string =>
  `postgres://rollcall:${state.password}@${HOST}:${port}/rollcall`;

/** Connects as the superuser; the caller ends the client. */
export async function connectAsAdmin(
  state: EmbeddedState,
  port: number,
  options: ClientConfig = {},
): Promise<Client> {
  const client = new Client({
    host: HOST,
    port,
    user: 'postgres',
    password: state.adminPassword,
    database: 'postgres',
    connectionTimeoutMillis: 5_000,
    ...options,
  });
  // Without a listener a broken connection would end the process.
  client.on('error', () => {});
  await client.connect();
  return client;
}

async function freePort(preferred: number): Promise<number> {
  const listen = async (port: number): Promise<number> => {
    const server = net.createServer();
    server.listen(port, HOST);
    await once(server, 'listening');
    const { port: taken } = server.address() as net.AddressInfo;
    server.close();
    await once(server, 'close');
    return taken;
  };
  return preferred === 0 ? listen(0) : listen(preferred).catch(() => listen(0));
}

/** Answers that mean "soon": nobody listens yet, or PostgreSQL says that it is starting or stopping. */
const isNotYet = (error: unknown): boolean =>
  ['ECONNREFUSED', 'ECONNRESET', '57P03', '57P01'].includes((error as { code?: string }).code ?? '') ||
  /timeout expired|Connection terminated/i.test((error as Error).message);

/**
 * Whether the server of this cluster, and not that of another folder on the same port, lets us in. `soon` while it starts or
 * stops. Throws when it refuses our password.
 */
export async function probe(
  state: EmbeddedState,
  cluster: string,
  port: number,
): Promise<'ready' | 'soon' | 'other'> {
  let client: Client;
  try {
    client = await connectAsAdmin(state, port);
  } catch (error) {
    if (isNotYet(error)) return 'soon';
    if ((error as { code?: string }).code !== '28P01') throw error;
    throw refuse(
      `The PostgreSQL in ${cluster} does not accept the password in postgres.json: the file was replaced. ` +
        'Restore it, or start afresh with: npm run demo -- --reset',
      error,
    );
  }
  try {
    const { rows } = await client.query<{ folder: string }>(
      `select current_setting('data_directory') as folder`,
    );
    return rows[0]?.folder === fs.realpathSync(cluster) ? 'ready' : 'other';
  } finally {
    await client.end();
  }
}

/** The port of the server that already serves this cluster, waiting while it starts or stops; null when there is none. */
export async function findRunning(state: EmbeddedState, cluster: string): Promise<number | null> {
  const end = performance.now() + READY_DEADLINE_MS;
  for (;;) {
    const running = findPostmaster(cluster);
    if (!running) return null;
    if (running.port > 0 && (await probe(state, cluster, running.port)) === 'ready') return running.port;
    if (performance.now() > end)
      throw refuse(`The PostgreSQL in ${cluster} (process ${running.pid}) does not answer.`);
    await sleep(50);
  }
}

export interface StartOptions {
  place: Place;
  state: EmbeddedState;
  /** Server settings for this start alone. */
  settings: Record<string, string>;
  logFile: string;
}

/** Starts the server in a process group of its own and resolves with its port when it answers. */
export async function startServer(options: StartOptions): Promise<number> {
  const { place, state, logFile } = options;
  let port = await freePort(state.port);
  for (let attempt = 1; ; attempt++) {
    removeForeignPidFile(place.cluster);
    const lastWords = await startOnce(options, port);
    if (lastWords === null) return port;
    const portTaken = /could not bind|Address already in use|could not create any TCP/i.test(lastWords);
    const lingering = /shared memory block|lock file "postmaster.pid" already exists/i.test(lastWords);
    if (attempt === ATTEMPTS || !(portTaken || lingering)) {
      throw explainOutput(lastWords, 'PostgreSQL did not start', place.cluster, logFile);
    }
    if (portTaken) port = await freePort(0);
    else await sleep(RETRY_MS);
  }
}

/** Null when the server answers; its last words when it ended instead. */
async function startOnce(
  { place, state, settings, logFile }: StartOptions,
  port: number,
): Promise<string | null> {
  const tooLong = (fs.statSync(logFile, { throwIfNoEntry: false })?.size ?? 0) > LOG_LIMIT_BYTES;
  const output = fs.openSync(logFile, tooLong ? 'w' : 'a', 0o600);
  const offset = fs.fstatSync(output).size;
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  // Detached: Ctrl-C in the terminal reaches the whole foreground group, and PostgreSQL must outlive the product's shutdown.
  const server = spawn(
    program(place.binaries, 'postgres'),
    ['-D', place.cluster, '-p', String(port), ...flags],
    {
      ...spawnAs(place.user),
      detached: true,
      stdio: ['ignore', output, output],
      env: { LC_ALL: 'C', TZ: 'UTC' },
    },
  );
  fs.closeSync(output);
  let ended = false;
  const end = once(server, 'exit').finally(() => {
    ended = true;
  });
  server.unref();
  const deadline = performance.now() + READY_DEADLINE_MS;
  try {
    while (!ended && performance.now() < deadline) {
      await Promise.race([end, sleep(25)]);
      if (!ended && (await probe(state, place.cluster, port)) === 'ready') return null;
    }
    if (ended) return fs.readFileSync(logFile, 'utf8').slice(offset);
    throw refuse(
      `PostgreSQL started but did not answer within ${READY_DEADLINE_MS / 1000} s; see ${logFile}.`,
    );
  } catch (error) {
    if (server.pid === undefined) {
      throw refuse(
        `${program(place.binaries, 'postgres')} does not run here (${(error as Error).message}).`,
        error,
      );
    }
    server.kill('SIGINT');
    throw error;
  }
}
