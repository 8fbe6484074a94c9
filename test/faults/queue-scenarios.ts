import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createPostgresBackend, type JobsOptions, Queue } from 'bullmq';
import { QUEUE_SCHEMA } from '../../src/kernel/jobs.js';
import { within } from './kill-scenarios.js';
import { WORKER_MOMENTS } from './moments.js';
import { type Scenario, seconds } from './scenario.js';
import type { World } from './world.js';

/** The membership queue, as whoever has its backend reaches it. */
async function withQueue<T>(
  world: World,
  work: (queue: Pick<Queue, 'addBulk' | 'getJobCounts'>) => Promise<T>,
): Promise<T> {
  const { redis, postgres } = world;
  const queue = redis
    ? new Queue('membership', {
        connection: { host: '127.0.0.1', port: redis.port, maxRetriesPerRequest: null },
      })
    : new Queue(
        'membership',
        { connection: { connectionString: postgres.url, schema: QUEUE_SCHEMA, max: 1 } },
        createPostgresBackend,
      );
  try {
    return await work(queue as Pick<Queue, 'addBulk' | 'getJobCounts'>);
  } finally {
    await queue.close();
  }
}

/** Jobs beside the real ones: the same again, of groups that are no more, of other organizations, late and in any order. */
export async function deliverAgain(world: World, count: number, maxDelayMs: number): Promise<void> {
  const { random, organizations } = world;
  const jobs = Array.from({ length: count }, () => {
    const organization = random.pick(organizations);
    const stranger = random.pick(organizations);
    const kind = random.next();
    const groupId =
      kind < 0.8
        ? random.pick(organization.groups)
        : kind < 0.9
          ? randomUUID()
          : random.pick(stranger.groups);
    const opts: JobsOptions = {
      removeOnComplete: true,
      removeOnFail: true,
      lifo: random.next() < 0.5,
      ...(random.next() < 0.5 && { delay: Math.round(random.between(1, maxDelayMs)) }),
    };
    return {
      name: 'membership',
      data: { organizationId: organization.id, ids: { groupId }, requestId: 'again' },
      opts,
    };
  });
  await withQueue(world, (queue) => queue.addBulk(jobs));
}

export const deliverWrongly: Scenario = {
  id: 'F7+F8',
  fault: 'every job delivered several times, in any order, up to a minute late, for groups that are no more',
  promise: 'no effect happens twice; what is stored in the end is what was accepted',
  async run(world, size, histories) {
    await world.startNodes(1, 2);
    const { load, history } = world.load({ pauseMs: 10 });
    histories.push(history);
    await history.nextSuccess();
    const rounds = size === 'small' ? 4 : 100;
    const each = size === 'small' ? 100 : 500;
    for (let round = 0; round < rounds; round += 1) {
      await deliverAgain(world, each, size === 'small' ? 2_000 : 60_000);
      await sleep(200);
    }
    const emptied = performance.now();
    for (;;) {
      const counts = await withQueue(world, (queue) => queue.getJobCounts('wait', 'active', 'delayed'));
      if (Object.values(counts).every((count) => count < 10) || performance.now() - emptied > 120_000) break;
      await sleep(500);
    }
    const { settledMs } = await world.check(load, history);
    return {
      injections: rounds,
      measured: `${rounds * each} deliveries too many beside ${history.acks} acknowledged writes; settled ${seconds(settledMs)} after the load`,
    };
  },
};

export const hangWorker: Scenario = {
  id: 'F14',
  fault: 'a worker that hangs in the middle of a job (SIGSTOP), and goes on with it half a minute later',
  promise:
    'its work is taken over within 15 s, healthy jobs are not held up, and the late one changes nothing',
  async run(world, size, histories) {
    await world.startNodes(1, 2);
    const [first] = world.workers;
    if (!first) throw new Error('There is no worker.');
    const { load, history } = world.load({ pauseMs: 10 });
    histories.push(history);
    await history.nextSuccess();
    const rounds = size === 'small' ? 1 : 4;
    const taken: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const middle = WORKER_MOMENTS[2] as (typeof WORKER_MOMENTS)[0];
      const stop = first.database.at({ ...middle, delivered: true }, () => first.server.signal('SIGSTOP'));
      await within('the worker is in the middle of a job', stop);
      const stopped = performance.now();
      // The transaction it left open holds the group until PostgreSQL ends it.
      const [now] = await world.sql<{ now: string }>('select clock_timestamp()::text as now');
      for (;;) {
        const left = await world.sql(
          `select from memberships where state <> 'active' and accepted_at <= $1::timestamptz limit 1`,
          [now?.now],
        );
        if (left.length === 0) break;
        if (performance.now() - stopped > 60_000)
          throw new Error('I3: the work of a hung worker is not taken over.');
        await sleep(50);
      }
      taken.push(performance.now() - stopped);
      await sleep(size === 'small' ? 1_000 : 15_000);
      first.server.signal('SIGCONT');
      await sleep(1_000);
    }
    const { settledMs } = await world.check(load, history);
    if (Math.max(...taken) > 15_000) history.violated('F14', `taken over after ${Math.max(...taken)} ms`);
    return {
      injections: rounds,
      measured: `what the hung worker held was applied by another one after ${seconds(Math.max(...taken))} (worst of ${rounds}); settled ${seconds(settledMs)} after the load`,
    };
  },
};
