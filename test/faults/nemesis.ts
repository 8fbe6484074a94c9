import { setTimeout as sleep } from 'node:timers/promises';
import type { History } from './history.js';
import { API_MOMENTS, WORKER_MOMENTS } from './moments.js';
import { deliverAgain } from './queue-scenarios.js';
import type { Random } from './random.js';
import { maximum, type Scenario, seconds } from './scenario.js';
import type { Node, World } from './world.js';

/** One kind of trouble: it happens, lasts for a while, and what it returns ends it. */
interface Trouble {
  name: string;
  cause(world: World, random: Random, happened: () => void): Promise<(() => Promise<unknown>) | undefined>;
  /** It happens when its moment comes, if it comes: only then it is counted. */
  waits?: boolean;
}

const node = (nodes: readonly Node[], random: Random): Node => random.pick(nodes);

const TROUBLES: readonly Trouble[] = [
  ...[...API_MOMENTS, undefined].map((moment) => ({
    name: `kill -9 of an API process ${moment?.name ?? 'at any moment'}`,
    waits: moment !== undefined,
    cause: async ({ apis }: World, random: Random, happened: () => void) => {
      const { database, server } = node(apis, random);
      if (moment) void database.at(moment, server.kill).then(happened);
      else server.kill();
      return undefined;
    },
  })),
  ...WORKER_MOMENTS.map((moment) => ({
    name: `kill -9 of a worker ${moment.name}`,
    waits: true,
    cause: async ({ workers }: World, random: Random, happened: () => void) => {
      const { database, server } = node(workers, random);
      void database.at(moment, server.kill).then(happened);
      return undefined;
    },
  })),
  {
    name: 'PostgreSQL killed',
    cause: async ({ postgres }) => {
      await postgres.killTree();
      return () => postgres.start();
    },
  },
  {
    name: 'PostgreSQL restarted',
    cause: async ({ postgres }, random) => {
      await postgres.stop(random.pick(['fast', 'immediate']));
      return () => postgres.start();
    },
  },
  {
    name: 'connections of PostgreSQL cut',
    cause: async ({ sql }) => {
      const cut = `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'rollcall'`;
      await sql(cut).catch(() => {});
      return undefined;
    },
  },
  {
    name: 'Redis killed',
    cause: async ({ redis }) => {
      await redis?.kill();
      return async () => redis?.start();
    },
  },
  {
    name: 'Redis emptied',
    cause: async ({ redis }) => {
      await redis?.flushAll().catch(() => {});
      return undefined;
    },
  },
  {
    name: 'Redis replaced by an empty one',
    cause: async ({ redis }) => {
      await redis?.killAndForget();
      return async () => redis?.start();
    },
  },
  {
    name: 'jobs delivered again and late',
    cause: async (world) => {
      await Promise.race([deliverAgain(world, 50, 5_000).catch(() => {}), sleep(1_000)]);
      return undefined;
    },
  },
  {
    name: 'a slow way to PostgreSQL',
    cause: async (world, random) => {
      const { database } = node(world.nodes(), random);
      database.latencyMs = random.between(20, 300);
      return async () => {
        database.latencyMs = 0;
      };
    },
  },
  {
    name: 'a way to PostgreSQL that stalls',
    cause: async (world, random) => {
      const { database } = node(world.nodes(), random);
      database.stalls = { share: 0.05, ms: 3_000, random: random.next };
      return async () => {
        database.stalls = { ...database.stalls, share: 0 };
      };
    },
  },
  ...(['database', 'redis'] as const).map((which) => ({
    name: `the way to the ${which} cut`,
    cause: async (world: World, random: Random) => {
      const wire = node(world.nodes(), random)[which];
      await wire?.cut();
      return async () => wire?.restore();
    },
  })),
  {
    name: 'a silent way to PostgreSQL',
    cause: async (world, random) => {
      const { database } = node(world.nodes(), random);
      database.freeze();
      return async () => database.thaw();
    },
  },
  {
    name: 'a process that hangs',
    cause: async (world, random) => {
      const { server } = node(world.nodes(), random);
      server.signal('SIGSTOP');
      return async () => server.signal('SIGCONT');
    },
  },
];

/** What lies between two proofs; each reads everything there is, so that a campaign of many writes asks for fewer. */
const STRETCH_MS = 60_000;
const LONG_STRETCH_MS = 300_000;
export const REST_S = 2;

export interface NemesisOptions {
  minutes: number;
  /** Seconds without a fault between two, at most: the longer, the more is written in the same time. */
  rest: number;
}

/** One stretch of load with troubles, one to three at a time; how many there were. */
async function trouble(
  world: World,
  random: Random,
  { until, rest }: { until: number; rest: number },
  counts: Map<string, number>,
): Promise<void> {
  while (performance.now() < until) {
    const chosen = random.some(TROUBLES, 1 + random.below(3));
    const ends: ((() => Promise<unknown>) | undefined)[] = [];
    for (const one of chosen) {
      const happened = () => void counts.set(one.name, (counts.get(one.name) ?? 0) + 1);
      ends.push(await one.cause(world, random, happened));
      if (!one.waits) happened();
    }
    await sleep(random.between(200, 3_000));
    for (const end of ends) await end?.();
    await world.heal();
    await sleep(random.between(100, rest * 1_000));
  }
}

/** Everything at once (F20). Each stretch ends with a proof; all of them together are a campaign. */
export const nemesis = ({ minutes, rest }: NemesisOptions): Scenario => ({
  id: 'F20',
  fault: 'one to three random faults at a time, again and again',
  promise: 'all of I1 to I12, and everything is applied within 10 s of the last fault',
  // A killed server replays what was written since; in a long campaign that would be most of its time.
  world: { postgres: { checkpoint_timeout: '30s' } },
  async run(world, size, histories) {
    await world.startNodes(2, 2);
    const random = world.random.fork(20);
    const counts = new Map<string, number>();
    const settled: number[] = [];
    const back: number[] = [];
    const end = performance.now() + minutes * 60_000;
    const stretch = Math.min(minutes * 60_000, rest > REST_S ? LONG_STRETCH_MS : STRETCH_MS);
    const kept: History[] = [];
    let acks = 0;
    while (performance.now() < end) {
      // A campaign of many writes leaves the processors to those.
      const { load, history } = world.load(rest > REST_S ? { readPauseMs: 20 } : {});
      kept.push(history);
      await history.nextSuccess();
      await trouble(world, random, { until: Math.min(end, performance.now() + stretch), rest }, counts);
      const healed = performance.now();
      back.push((await history.nextSuccess(healed)) - healed);
      const { settledMs } = await world.check(load, history);
      settled.push(settledMs);
      acks += history.acks;
      if (size === 'full') {
        const sum = [...counts.values()].reduce((a, b) => a + b, 0);
        console.log(
          `       ${sum} injections, ${acks} writes acknowledged, ${history.violations.length} violations`,
        );
      }
      history.forget();
      if (history.violations.length > 0) break;
    }
    histories.push(...kept);
    const injections = [...counts.values()].reduce((a, b) => a + b, 0);
    return {
      injections,
      measured: `${acks} writes acknowledged in ${minutes} min with ${injections} faults of ${counts.size} kinds, each stretch proved; serving again ${seconds(maximum(back))} (worst) and everything applied ${seconds(maximum(settled))} (worst) after the last fault of a stretch`,
    };
  },
});
