import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { NODE_FLAGS } from '../../src/cli/bootstrap-node-flags.mjs';
import { endWithThisProcess } from './children.js';
import { freePort } from './ports.js';

export interface ProductSettings {
  name: string;
  role: 'api' | 'worker';
  /** The folder with the built product. */
  dist: string;
  logFile: string;
  env: Record<string, string>;
  /** In front of the command, such as `faketime`. */
  wrapper?: string[];
}

/** A process that dies at once when it starts is not started again in a tight loop. */
const RESTART_PAUSE_MS = 250;
/** Far above any promise, for a machine that is busy otherwise. */
const READY_MS = 240_000;

/**
 * One process of the built product under a supervisor: it keeps its port, and is started again whenever it died without
 * having been told to end.
 */
export class ProductServer {
  private child: ChildProcess | undefined;
  private supervised = true;
  private expectsDeath = false;
  private ready = Promise.withResolvers<void>();
  /** Deaths that nobody here caused, with the last words. */
  readonly deaths: string[] = [];

  private constructor(
    readonly settings: ProductSettings,
    readonly port: number,
  ) {}

  static async make(settings: ProductSettings): Promise<ProductServer> {
    const server = new ProductServer(settings, await freePort());
    server.spawn();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.child?.pid ?? 0;
  }

  /** Resolves when the process that runs now, or the next one, has said that it is ready. */
  async whenReady(): Promise<void> {
    const late = new AbortController();
    const deadline = sleep(READY_MS, undefined, { signal: late.signal }).then(
      () => {
        throw new Error(
          `${this.settings.name} was not ready within ${READY_MS} ms:\n${this.output().slice(-3_000)}`,
        );
      },
      () => {},
    );
    await Promise.race([this.ready.promise, deadline]);
    late.abort();
  }

  readonly output = (): string => fs.readFileSync(this.settings.logFile, 'utf8');

  /** Kilobytes of memory that it uses now; 0 when it does not run. */
  memoryKb(): number {
    try {
      const status = fs.readFileSync(`/proc/${this.pid}/status`, 'utf8');
      return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0);
    } catch {
      return 0;
    }
  }

  /** SIGKILL, without waiting; the supervisor starts it again. */
  readonly kill = (): void => {
    this.expectsDeath = true;
    this.ready = Promise.withResolvers<void>();
    this.child?.kill('SIGKILL');
  };

  readonly signal = (name: 'SIGSTOP' | 'SIGCONT'): void => {
    this.child?.kill(name);
  };

  /** SIGTERM as an orchestrator sends it; the process is not started again. */
  async terminate(): Promise<{ code: number | null; signal: string | null; ms: number }> {
    this.supervised = false;
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null)
      return { code: 0, signal: null, ms: 0 };
    const started = performance.now();
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    const [code, signal] = await ended;
    return { code, signal, ms: performance.now() - started };
  }

  /** Ends it for good, at once. */
  async end(): Promise<void> {
    this.supervised = false;
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  private spawn(): void {
    const { role, dist, logFile, env, wrapper = [] } = this.settings;
    const program = [process.execPath, ...NODE_FLAGS, path.join(dist, 'src/main.js')];
    const [command = '', ...args] = [...wrapper, ...program];
    const log = fs.openSync(logFile, 'a');
    const child = spawn(command, args, {
      cwd: path.dirname(dist),
      env: {
        PATH: process.env.PATH,
        NODE_ENV: 'production',
        NODE_COMPILE_CACHE: path.join(path.dirname(logFile), 'compiled'),
        HOST: '127.0.0.1',
        PORT: String(this.port),
        PUBLIC_URL: 'https://id.rollcall.example',
        LOG_LEVEL: 'warn',
        ROLE: role,
        ...env,
      },
      stdio: ['ignore', 'pipe', log],
    });
    fs.closeSync(log);
    endWithThisProcess(child);
    this.child = child;
    const started = Date.now();
    const { ready } = this;
    let served = false;
    child.stdout?.on('data', (chunk) => {
      if (!/ready \S+/.test(String(chunk))) return;
      served = true;
      ready.resolve();
    });
    child.once('exit', (code, signal) => {
      if (this.ready === ready) this.ready = Promise.withResolvers<void>();
      void this.restart(started, served, `code ${code}, signal ${signal}`);
    });
  }

  /** A process that cannot start because its database is away is tried again; one that served must not end by itself. */
  private async restart(started: number, served: boolean, how: string): Promise<void> {
    if (!this.supervised) return;
    if (served && !this.expectsDeath) {
      this.deaths.push(
        `${this.settings.name} ended by itself (${how}): ${this.output().trim().split('\n').at(-1)}`,
      );
    }
    this.expectsDeath = false;
    if (Date.now() - started < 1_000) await sleep(RESTART_PAUSE_MS);
    if (this.supervised) this.spawn();
  }
}
