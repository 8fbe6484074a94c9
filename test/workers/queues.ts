import { createPostgresBackend, type JobsOptions, Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { QUEUE_SCHEMA, type QueueName } from '../../src/kernel/jobs.js';
import type { TestProduct } from '../support/product.js';
import type { QueueBackend } from '../support/redis.js';

export interface ForgedJob {
  name: string;
  data: unknown;
  opts?: JobsOptions;
}

/** Puts jobs into a queue as somebody could who got hold of the backend: nothing of ours looks at them (abuse 25). */
export async function forge(
  product: TestProduct,
  backend: QueueBackend,
  queueName: QueueName,
  jobs: readonly ForgedJob[],
): Promise<void> {
  const url = backend.redisUrl();
  const redis = url === undefined ? undefined : new Redis(url, { maxRetriesPerRequest: null });
  const queue = redis
    ? new Queue(queueName, { connection: redis })
    : new Queue(
        queueName,
        { connection: { connectionString: product.databaseUrl, schema: QUEUE_SCHEMA, max: 1 } },
        createPostgresBackend,
      );
  try {
    await queue.addBulk(jobs.map((job) => ({ opts: { removeOnComplete: true }, ...job })));
  } finally {
    await queue.close();
    redis?.disconnect();
  }
}

const QUEUE_TABLES = ['job', 'meta', 'event', 'dedup', 'dedup_next', 'metrics', 'rate_limit', 'scheduler'];

/** The backend loses everything it knows, as an empty replica that was promoted or FLUSHALL would. */
export async function wipe(product: TestProduct, backend: QueueBackend): Promise<void> {
  const url = backend.redisUrl();
  if (url === undefined) {
    const tables = QUEUE_TABLES.map((table) => `${QUEUE_SCHEMA}.${table}`).join(', ');
    await truncate(product, tables);
    return;
  }
  const redis = new Redis(url);
  await redis.flushall();
  redis.disconnect();
}

/** Locks whole tables while workers are at them, so it may be the one whom PostgreSQL ends to end a deadlock. */
async function truncate(product: TestProduct, tables: string): Promise<void> {
  await product.sql(`truncate ${tables} cascade`).catch((error: { code?: string }) => {
    if (error.code !== '40P01') throw error;
    return truncate(product, tables);
  });
}

/** Whether any job waits, runs or is delayed. */
export async function hasJobs(product: TestProduct, backend: QueueBackend): Promise<boolean> {
  const url = backend.redisUrl();
  if (url === undefined) {
    const rows = await product.sql(
      `select from ${QUEUE_SCHEMA}.job where state not in ('failed', 'completed')`,
    );
    return rows.length > 0;
  }
  const redis = new Redis(url);
  const counts = await Promise.all(
    ['membership', 'invitation', 'bulk'].flatMap((name) => [
      redis.llen(`bull:${name}:wait`),
      redis.llen(`bull:${name}:active`),
      redis.zcard(`bull:${name}:delayed`),
    ]),
  );
  redis.disconnect();
  return counts.some((count) => count > 0);
}
