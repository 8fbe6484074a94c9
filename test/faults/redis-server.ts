import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { endWithThisProcess } from './children.js';
import { freePort } from './ports.js';

/** A Redis of its own with the settings production needs, that a test kills, empties and starts again on its port. */
export class RedisServer {
  private child: ChildProcess | undefined;

  private constructor(
    private readonly folder: string,
    readonly port: number,
  ) {}

  static async make(parent: string): Promise<RedisServer> {
    const folder = path.join(parent, 'redis');
    fs.mkdirSync(folder);
    const server = new RedisServer(folder, await freePort());
    await server.start();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Resolves when it answers. Does nothing while it runs. */
  async start(): Promise<void> {
    if (!this.child) {
      const settings = { port: this.port, bind: '127.0.0.1', dir: this.folder, appendonly: 'yes', save: '' };
      const flags = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
      this.child = spawn('redis-server', [...flags, '--maxmemory-policy', 'noeviction'], { stdio: 'ignore' });
      endWithThisProcess(this.child);
    }
    for (;;) {
      try {
        if ((await this.ask((client) => client.ping())) === 'PONG') return;
      } catch {
        await sleep(20);
      }
    }
  }

  async kill(): Promise<void> {
    const { child } = this;
    this.child = undefined;
    if (!child) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  /** What it keeps on disk is lost as well: an empty replica was promoted. */
  async killAndForget(): Promise<void> {
    await this.kill();
    for (const name of fs.readdirSync(this.folder)) {
      fs.rmSync(path.join(this.folder, name), { recursive: true, force: true });
    }
  }

  readonly flushAll = (): Promise<unknown> => this.ask((client) => client.flushall());

  async ask<T>(work: (client: Redis) => Promise<T>): Promise<T> {
    const client = new Redis(this.url, {
      lazyConnect: true,
      maxRetriesPerRequest: 0,
      retryStrategy: () => null,
    });
    client.on('error', () => {});
    try {
      await client.connect();
      return await work(client);
    } finally {
      client.disconnect();
    }
  }
}
