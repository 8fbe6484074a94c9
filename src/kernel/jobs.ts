import { setTimeout as sleep } from 'node:timers/promises';
import { createPostgresBackend, type Job, type JobsOptions, Queue, UnrecoverableError, Worker } from 'bullmq';
import { Cluster, Redis } from 'ioredis';
import { Client, type ClientConfig } from 'pg';
import { z } from 'zod';
import { ASK_AFTER_MS, CONNECT_MS, SILENCE_MS } from './database.js';
import type { Logger } from './logger.js';

/** The queues; a worker file of the same name serves each. */
export const QUEUES = ['membership', 'invitation', 'bulk', 'licensing', 'mail'] as const;
export type QueueName = (typeof QUEUES)[number];

/** A job says where to look, never what is true (R7). It is parsed at both ends. */
export const JobPayload = z.object({
  organizationId: z.uuid(),
  ids: z.record(z.string(), z.uuid()),
  requestId: z.string(),
});
export type JobPayload = z.output<typeof JobPayload>;

export interface NewJob {
  queue: QueueName;
  /** The outbox row's id: adding it twice while it waits is one job. */
  id: string;
  payload: JobPayload;
}

export interface JobsOptionsHere {
  /** Queues on Redis when given, else on PostgreSQL. */
  redisUrl: string | undefined;
  databaseUrl: string;
  logger: Logger;
}

/** BullMQ's own tables live beside ours. */
export const QUEUE_SCHEMA = 'bullmq';

/**
 * The defaults redeliver a killed worker's job after a minute, and ask an unreachable backend again after 15 s; these
 * do within about six seconds and one.
 */
const RECOVERY = { lockDuration: 10_000, stalledInterval: 3_000, maxStalledCount: 10, runRetryDelay: 1_000 };

/** A failing job is repeated while an outage lasts; after that the sweeper finds its rows anyway. */
const DELIVERY: JobsOptions = {
  attempts: 8,
  backoff: { type: 'exponential', delay: 250 },
  removeOnComplete: true,
  removeOnFail: { count: 1_000 },
};

/** Connections of each PostgreSQL-backed queue or worker; each also holds one to listen. */
const QUEUE_POOL_SIZE = 2;

/** How long running jobs may take to finish when the process stops; the queue gives what is left to another one. */
const CLOSE_DEADLINE_MS = 5_000;
/** With the queue away nothing can be finished. */
const CLOSE_DEADLINE_AWAY_MS = 500;
/** An outage that lasts is said once a minute. */
const SAID_AGAIN_MS = 60_000;
const MAX_SAID = 100;
/** Before the backend is asked again when it was away at the start. */
const START_AGAIN_MS = 1_000;

const CLUSTER = /^(rediss?)\+cluster:/;

/** Whether a URL names one node of a Redis Cluster, `redis+cluster://host:6379`, which tells of the others. */
const isCluster = (url: string): boolean => CLUSTER.test(url);

/** The same node as a server of its own. */
export const nodeUrl = (url: string): string => url.replace(CLUSTER, '$1:');

/** What every node of a cluster is to be told, of which only one is named. */
function accessOf(url: string): { username?: string; password?: string; tls?: object } {
  const { protocol, username, password } = new URL(nodeUrl(url));
  return {
    ...(username !== '' && { username: decodeURIComponent(username) }),
    ...(password !== '' && { password: decodeURIComponent(password) }),
    ...(protocol === 'rediss:' && { tls: {} }),
  };
}

/** What is used of BullMQ's Queue, whose type differs by backend. */
interface OpenQueue {
  addBulk(jobs: { name: string; data: JobPayload; opts: JobsOptions }[]): Promise<unknown>;
  waitUntilReady(): Promise<unknown>;
  close(): Promise<void>;
}

/** What is used of BullMQ's Worker. */
interface OpenWorker {
  waitUntilReady(): Promise<unknown>;
  run(): Promise<void>;
  close(): Promise<void>;
}

/** The queues of one process: the same names and the same workers on either backend. */
export class Jobs {
  private readonly queues = new Map<QueueName, Promise<OpenQueue>>();
  private readonly workers = new Set<OpenWorker>();
  private readonly clients: (Redis | Cluster)[] = [];
  private readonly closing = new AbortController();
  /** What was said of a connection that is away, and when it is to be said again, by `performance.now()`. */
  private readonly saidAgainAt = new Map<string, number>();

  constructor(private readonly options: JobsOptionsHere) {}

  readonly backend = (): 'redis' | 'postgresql' =>
    this.options.redisUrl === undefined ? 'postgresql' : 'redis';

  /** Puts jobs into their queues. Waits while the backend is away, so only the relay calls it, with a deadline. */
  async add(jobs: readonly NewJob[]): Promise<void> {
    for (const name of QUEUES) {
      const bulk = jobs
        .filter((job) => job.queue === name)
        .map((job) => ({ name, data: job.payload, opts: { ...DELIVERY, jobId: job.id } }));
      if (bulk.length > 0) await (await this.queue(name)).addBulk(bulk);
    }
  }

  /** Serves a queue until `close`. A payload that does not parse fails for good: repeating it cannot help. */
  work(name: QueueName, concurrency: number, handler: (payload: JobPayload) => Promise<void>): void {
    const process = async (job: Job): Promise<void> => {
      const payload = JobPayload.safeParse(job.data);
      if (!payload.success)
        throw new UnrecoverableError(`The payload is not one of ours: ${payload.error.message}`);
      await handler(payload.data);
    };
    const connection = this.onRedis() ? this.redis() : undefined;
    const options = { concurrency, autorun: false, ...RECOVERY };
    void this.serve(() => {
      const worker = connection
        ? new Worker(name, process, { connection, ...this.prefixOf(name), ...options })
        : new Worker(name, process, { connection: this.postgres(), ...options }, createPostgresBackend);
      worker.on('error', (error) => this.warn(error));
      worker.on('failed', (job, error) =>
        this.options.logger.warn(
          { queue: name, job: job?.id, attempt: job?.attemptsMade, err: error },
          'job failed',
        ),
      );
      return worker;
    });
  }

  /**
   * Lets running jobs finish for a moment, then gives every connection back. A job that is cut off is one that another
   * process does again.
   */
  async close(): Promise<void> {
    this.closing.abort();
    const away = this.clients.some((client) => client.status !== 'ready');
    const finish = async (): Promise<void> => {
      await Promise.allSettled([...this.workers].map((worker) => worker.close()));
      await Promise.allSettled([...this.queues.values()].map(async (queue) => (await queue).close()));
    };
    await Promise.race([
      finish(),
      sleep(away ? CLOSE_DEADLINE_AWAY_MS : CLOSE_DEADLINE_MS, undefined, { ref: false }),
    ]);
    for (const client of this.clients) client.disconnect();
  }

  /** BullMQ remembers a first connection that failed for ever; so a worker that could not start is made anew. */
  private async serve(make: () => OpenWorker): Promise<void> {
    const { signal } = this.closing;
    while (!signal.aborted) {
      const worker = make();
      this.workers.add(worker);
      try {
        await worker.waitUntilReady();
        if (!signal.aborted) await worker.run();
        return;
      } catch (error) {
        this.warn(error);
        this.workers.delete(worker);
        await worker.close().catch(() => {});
        await sleep(START_AGAIN_MS, undefined, { signal }).catch(() => {});
      }
    }
  }

  /** Kept once it is ready, for the same reason as a worker. */
  private queue(name: QueueName): Promise<OpenQueue> {
    const known = this.queues.get(name);
    if (known) return known;
    const queue = this.onRedis()
      ? new Queue(name, { connection: this.redis(), ...this.prefixOf(name) })
      : new Queue(name, { connection: this.postgres() }, createPostgresBackend);
    queue.on('error', (error: Error) => this.warn(error));
    const ready = queue.waitUntilReady().then(
      () => queue,
      async (error: unknown) => {
        this.queues.delete(name);
        await queue.close().catch(() => {});
        throw error;
      },
    );
    this.queues.set(name, ready);
    return ready;
  }

  /** Every queue and worker has connections of its own, and each tries again several times a second: one line says it. */
  private warn(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    const again = this.saidAgainAt.get(text) ?? 0;
    if (this.closing.signal.aborted || performance.now() < again) return;
    if (this.saidAgainAt.size > MAX_SAID) this.saidAgainAt.clear();
    this.saidAgainAt.set(text, performance.now() + SAID_AGAIN_MS);
    this.options.logger.warn({ backend: this.backend(), err: error }, 'queue connection');
  }

  private noteReady(): void {
    if (this.saidAgainAt.size === 0) return;
    this.saidAgainAt.clear();
    this.options.logger.info({ backend: this.backend() }, 'queue connection is back');
  }

  private readonly onRedis = (): boolean => this.options.redisUrl !== undefined;

  /** A queue's scripts touch several of its keys, so in a cluster all keys of a queue have to be on one node. */
  private readonly prefixOf = (name: QueueName): { prefix?: string } =>
    isCluster(this.options.redisUrl ?? '') ? { prefix: `{rollcall-${name}}` } : {};

  /** BullMQ blocks on its connection, so requests on it must never give up by themselves. */
  private redis(): Redis | Cluster {
    const url = this.options.redisUrl ?? '';
    const redisOptions = { maxRetriesPerRequest: null };
    const client = isCluster(url)
      ? new Cluster([nodeUrl(url)], { redisOptions: { ...redisOptions, ...accessOf(url) } })
      : new Redis(url, redisOptions);
    client.on('error', (error) => this.warn(error));
    client.on('ready', () => this.noteReady());
    this.clients.push(client);
    return client;
  }

  private readonly postgres = () => ({
    connectionString: this.options.databaseUrl,
    schema: QUEUE_SCHEMA,
    max: QUEUE_POOL_SIZE,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: SILENCE_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: ASK_AFTER_MS,
    Client: HeardClient,
  });
}

/** BullMQ listens to its pool and not to a connection it has taken out of it: losing one of those would end the process. */
class HeardClient extends Client {
  constructor(options?: ClientConfig) {
    super(options);
    this.on('error', () => {});
  }
}
