import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { keepFolder } from './keep.js';

/** Whether this machine has a `redis-server`; `.ci/run` installs one where it can. */
export const redisAvailable: boolean =
  spawnSync('redis-server', ['--version'], { stdio: 'ignore' }).status === 0;

export interface TestRedis {
  /** For REDIS_URL. */
  url: string;
  /** Kills the server and deletes its data. */
  stop(): Promise<void>;
}

const READY_DEADLINE_MS = 60_000;

/** A port of this machine that nobody listened on a moment ago. */
export async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function answersPing(port: number): Promise<boolean> {
  const socket = net.connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    socket.write('PING\r\n');
    const [answer] = await once(socket, 'data');
    return String(answer).startsWith('+PONG');
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** A real Redis with the settings production needs (append-only file, no eviction), on a port and a folder of its own. */
export async function startRedis(more: Record<string, string> = {}): Promise<TestRedis> {
  const port = await freePort();
  const settings = (folder: string) => ({
    port: String(port),
    bind: '127.0.0.1',
    dir: folder,
    appendonly: 'yes',
    'maxmemory-policy': 'noeviction',
    save: '',
    ...more,
  });
  const kept = keepFolder('redis', (folder) => [
    'redis-server',
    ...Object.entries(settings(folder)).flatMap(([name, value]) => [`--${name}`, value]),
  ]);
  const deadline = Date.now() + READY_DEADLINE_MS;
  while (!(await answersPing(port))) {
    if (Date.now() > deadline) {
      await kept.end();
      throw new Error(`redis-server did not answer on port ${port} within ${READY_DEADLINE_MS / 1000} s.`);
    }
    await sleep(25);
  }
  return { url: `redis://127.0.0.1:${port}`, stop: kept.end };
}

export interface QueueBackend {
  name: 'postgres' | 'redis';
  /** For REDIS_URL; undefined on PostgreSQL. Known once the suite's hooks run, not while it is being declared. */
  redisUrl(): string | undefined;
}

/**
 * Declares a suite twice: with the queues on PostgreSQL and on Redis. Without a `redis-server` the second one is reported as
 * skipped, test by test, under a title that says why.
 */
export function describeEachQueue(title: string, suite: (backend: QueueBackend) => void): void {
  describe(`${title} [queues on PostgreSQL]`, () => suite({ name: 'postgres', redisUrl: () => undefined }));
  if (!redisAvailable) {
    describe.skip(`${title} [queues on Redis: skipped, redis-server is not installed]`, () =>
      suite({ name: 'redis', redisUrl: () => undefined }));
    return;
  }
  describe(`${title} [queues on Redis]`, () => {
    let redis: TestRedis | undefined;
    beforeAll(async () => {
      redis = await startRedis();
    });
    suite({ name: 'redis', redisUrl: () => redis?.url });
    // After the suite's own: hooks run in the order they are declared, and workers whose Redis is gone never end.
    afterAll(async () => {
      await redis?.stop();
    });
  });
}
