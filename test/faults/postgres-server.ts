import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { program } from '../../src/embedded/binaries.js';
import { ensureCluster, ensureDatabase } from '../../src/embedded/cluster.js';
import { choosePlace, type Place } from '../../src/embedded/place.js';
import { spawnAs } from '../../src/embedded/run-as.js';
import { connectAsAdmin, productUrl } from '../../src/embedded/server.js';
import { type EmbeddedState, newState, writeState } from '../../src/embedded/state.js';
import { freePort } from './ports.js';

const READY_MS = 60_000;

/**
 * A PostgreSQL of its own, durable as in production, that a test kills, stops and starts: a child of this very process,
 * so that its death is seen at once. It keeps its port. The keeper of `folder` ends it when this process dies.
 */
export class PostgresServer {
  private child: ChildProcess | undefined;
  private ended: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly place: Place,
    private readonly state: EmbeddedState,
    private readonly logFile: string,
    private readonly settings: Record<string, string>,
  ) {}

  static async make(folder: string, settings: Record<string, string> = {}): Promise<PostgresServer> {
    const dataDir = path.join(folder, 'database');
    fs.mkdirSync(dataDir, { mode: 0o755, recursive: true });
    const state = { ...newState(dataDir), port: await freePort() };
    const place = choosePlace(state, dataDir, () => {});
    const logFile = path.join(folder, 'postgres.log');
    writeState({ ...state, relocated: place.relocated });
    await ensureCluster(place, state, { durable: true, logFile });
    const server = new PostgresServer(place, state, logFile, settings);
    await server.start();
    await ensureDatabase(state, state.port);
    return server;
  }

  get port(): number {
    return this.state.port;
  }

  /** What the product connects with: the owner of its database, no superuser. */
  get url(): string {
    return productUrl(this.state, this.port);
  }

  /** The superuser's view of the product's database. */
  get adminUrl(): string {
    return Object.assign(new URL(this.url), {
      username: 'postgres',
      password: this.state.adminPassword,
    }).toString();
  }

  /** What the server said; for the report of a failure. */
  readonly log = (): string => fs.readFileSync(this.logFile, 'utf8');

  isRunning(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Starts it, and resolves when it answers. Does nothing while it runs. */
  async start(): Promise<void> {
    for (const end = Date.now() + READY_MS; ; ) {
      if (!this.isRunning()) this.spawn();
      try {
        const client = await connectAsAdmin(this.state, this.port);
        await client.end();
        return;
      } catch (error) {
        if (Date.now() > end)
          throw new Error(`PostgreSQL is not ready: ${this.log().slice(-2_000)}`, { cause: error });
        await sleep(20);
      }
    }
  }

  private spawn(): void {
    const output = fs.openSync(this.logFile, 'a');
    const flags = Object.entries({ autovacuum: 'on', ...this.settings }).flatMap(([name, value]) => [
      '-c',
      `${name}=${value}`,
    ]);
    const child = spawn(
      program(this.place.binaries, 'postgres'),
      ['-D', this.place.cluster, '-p', String(this.port), ...flags],
      { ...spawnAs(this.place.user), stdio: ['ignore', output, output], env: { LC_ALL: 'C', TZ: 'UTC' } },
    );
    fs.closeSync(output);
    this.child = child;
    this.ended = once(child, 'exit');
  }

  /** SIGKILL for the server and every process it made, at one moment: what an out-of-memory killer or a crash leaves. */
  async killTree(): Promise<void> {
    const pid = this.child?.pid;
    if (pid === undefined || !this.isRunning()) return;
    process.kill(pid, 'SIGSTOP');
    const tree = childrenOf(pid);
    for (const one of [pid, ...tree]) signal(one, 'SIGKILL');
    await this.ended;
    while (tree.some(isAlive)) await sleep(5);
  }

  /** SIGKILL for one of the processes that serve connections: PostgreSQL ends all others and recovers by itself. */
  killOneBackend(pid: number): void {
    signal(pid, 'SIGKILL');
  }

  /** `fast` rolls back what is open and writes a checkpoint, `immediate` leaves it to the recovery of the next start. */
  async stop(mode: 'fast' | 'immediate'): Promise<void> {
    if (!this.isRunning()) return;
    this.child?.kill(mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
    await this.ended;
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Process id, state and parent, as Linux tells them. */
const statOf = (pid: number | string): string[] => {
  try {
    const text = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
};

const childrenOf = (parent: number): number[] =>
  fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && statOf(name)[1] === String(parent))
    .map(Number);

/** A zombie that nobody has collected yet holds nothing any more. */
const isAlive = (pid: number): boolean => !['Z', 'X', undefined].includes(statOf(pid)[0]);
