import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { maximum, ms, type Scenario, seconds } from './scenario.js';

/** Longer than any request may take (client 15 s > request 12 s > statement 5 s). */
const LONGEST_MS = 15_000;

export const slowDatabase: Scenario = {
  id: 'F11',
  fault: 'a slow way to PostgreSQL: 50, 200, 1,000 ms more for every message; 5 % of them stalled for 5 s',
  promise: 'nobody waits for longer than 15 s, an error is 503, memory stays flat',
  async run(world, size, histories) {
    await world.startNodes(1, 1);
    const [api] = world.apis;
    const { load, history } = world.load({ writers: 16 });
    histories.push(history);
    await history.nextSuccess();
    const span = size === 'small' ? 3_000 : 20_000;
    await sleep(1_000);
    const memory = api?.server.memoryKb() ?? 0;
    const parts: string[] = [];
    for (const latency of size === 'small' ? [50, 1_000] : [0, 50, 200, 1_000]) {
      const before = history.outcomes.ok;
      const began = performance.now();
      for (const { database } of world.apis) database.latencyMs = latency;
      await sleep(span);
      const rate = ((history.outcomes.ok - before) * 1_000) / span;
      parts.push(`+${latency} ms: ${rate.toFixed(0)}/s, slowest ${seconds(history.quantile(1, began))}`);
    }
    for (const { database } of world.apis) {
      database.latencyMs = 0;
      database.stalls = { share: 0.05, ms: 5_000, random: world.random.fork(11).next };
    }
    const began = performance.now();
    await sleep(span * 2);
    parts.push(`5 % stalled: slowest ${seconds(history.quantile(1, began))}`);
    const grown = ((api?.server.memoryKb() ?? 0) - memory) / 1_024;
    const slowest = history.quantile(1, 0);
    await world.check(load, history);
    if (slowest > LONGEST_MS) history.violated('F11', `an answer took ${slowest} ms`);
    return {
      injections: parts.length,
      measured: `${parts.join('; ')}; memory ${grown >= 0 ? '+' : ''}${grown.toFixed(0)} MiB`,
    };
  },
};

export const fewConnections: Scenario = {
  id: 'F12',
  fault: 'PostgreSQL takes 20 connections, others hold most of them, 200 clients ask at once',
  promise:
    'what cannot be served is 503 (or 429) and not silence, health answers, all is well when there is room again',
  world: { postgres: { max_connections: '20' } },
  async run(world, size, histories) {
    if (!world.redis)
      return {
        injections: 0,
        measured: '',
        skipped: 'the queues on PostgreSQL need more than 20 connections',
      };
    await world.startNodes(1, 1);
    const [api] = world.apis;
    const holders: pg.Client[] = [];
    const { load, history } = world.load({
      writers: size === 'small' ? 40 : 200,
      readers: 0,
      peoplePerWriter: 2,
    });
    histories.push(history);
    await history.nextSuccess();
    await sleep(500);
    for (let i = 0; i < 20; i += 1) {
      const holder = new pg.Client({ connectionString: world.postgres.url });
      holder.on('error', () => {});
      await holder.connect().then(
        () => holders.push(holder),
        () => {},
      );
    }
    // Those that the product had are cut, so that it has to find new ones.
    await world.sql(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'rollcall'`,
    );
    const until = performance.now() + (size === 'small' ? 4_000 : 30_000);
    const health: number[] = [];
    while (performance.now() < until) {
      const asked = performance.now();
      const answer = await fetch(`${api?.server.url}/healthz`, { signal: AbortSignal.timeout(5_000) }).catch(
        () => undefined,
      );
      if (!answer?.ok) history.violated('F12', '/healthz does not answer');
      health.push(performance.now() - asked);
      await sleep(250);
    }
    await Promise.all(holders.map((holder) => holder.end()));
    const free = performance.now();
    const recovered = (await history.nextSuccess(free)) - free;
    await world.check(load, history);
    const leaked = await world.sql(
      `select from pg_stat_activity where state like 'idle in transaction%' and state_change < now() - interval '11 seconds'`,
    );
    if (leaked.length > 0) history.violated('F12', `${leaked.length} transactions were left open`);
    const refused = (history.statuses.get(503) ?? 0) + (history.statuses.get(429) ?? 0);
    return {
      injections: 1,
      measured: `${holders.length} of 20 connections held by others: ${refused} requests refused, ${history.acks} writes acknowledged; /healthz within ${ms(maximum(health))}; serving again ${seconds(recovered)} after there was room`,
    };
  },
};

export const deadlocks: Scenario = {
  id: 'F13',
  fault: 'sixteen clients on the same four groups: joining, leaving, deactivating, licenses, at once',
  promise: 'no deadlock by the order of locks; nobody hears of one',
  world: { organizations: 1 },
  async run(world, size, histories) {
    await world.startNodes(2, 2);
    const { load, history } = world.load({ writers: 16, peoplePerWriter: 3 });
    histories.push(history);
    await sleep(size === 'small' ? 5_000 : 60_000);
    await world.check(load, history);
    const [row] = await world.sql<{ deadlocks: string }>(
      `select deadlocks from pg_stat_database where datname = current_database()`,
    );
    if (Number(row?.deadlocks) > 0) history.violated('F13', `PostgreSQL counted ${row?.deadlocks} deadlocks`);
    return { injections: 0, measured: `${history.acks} writes acknowledged, ${row?.deadlocks} deadlocks` };
  },
};

/** Half a head, half a body, or an answer that nobody reads. */
const HALVES = [
  'GET /scim/v2/Users HTTP/1.1\r\nHost: x\r\nX-Slow: ',
  'POST /scim/v2/Users HTTP/1.1\r\nHost: x\r\nContent-Type: application/scim+json\r\nContent-Length: 900\r\n\r\n{"',
  'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{"',
];

export const slowClients: Scenario = {
  id: 'F15',
  fault: '500 clients at once that send half a request, a byte a second, or reset it in the middle',
  promise: 'all are cut off within 20 s; others are served meanwhile; memory stays within 100 MiB',
  async run(world, size, histories) {
    await world.startNodes(1, 1);
    const [api] = world.apis;
    if (!api) throw new Error('There is no API process.');
    const { load, history } = world.load({ writers: 4, pauseMs: 5 });
    histories.push(history);
    await history.nextSuccess();
    const began = performance.now();
    await sleep(3_000);
    const usual = history.quantile(0.99, began);
    const memory = api.server.memoryKb();
    const count = size === 'small' ? 100 : 500;
    const opened = performance.now();
    const cut: Promise<number>[] = [];
    for (let i = 0; i < count; i += 1) {
      const socket = net.connect(api.server.port, '127.0.0.1');
      socket.on('error', () => {});
      socket.on('data', () => {});
      await once(socket, 'connect');
      const connected = performance.now();
      socket.write(HALVES[i % HALVES.length] ?? '');
      const drip = setInterval(() => socket.writable && socket.write('x'), 1_000);
      cut.push(
        new Promise<void>((resolve) => socket.once('close', () => resolve())).then(() => {
          clearInterval(drip);
          return performance.now() - connected;
        }),
      );
      if (i % 10 === 9) socket.resetAndDestroy();
    }
    const longest = maximum(await Promise.all(cut));
    const during = history.quantile(0.99, opened);
    const grown = (api.server.memoryKb() - memory) / 1_024;
    await world.check(load, history);
    if (longest > 20_000) history.violated('F15', `a slow client was cut off after ${longest} ms`);
    if (grown > 100) history.violated('F15', `memory grew by ${grown} MiB`);
    const lost = [...history.statuses].filter(([status]) => status >= 500 || status === 0);
    if (lost.length > 0) history.violated('F15', `others failed: ${lost}`);
    return {
      injections: count,
      measured: `the last of ${count} was cut off after ${seconds(longest)}; p99 of others ${ms(usual)} before, ${ms(during)} meanwhile; memory ${grown.toFixed(0)} MiB more`,
    };
  },
};

export const noisyNeighbour: Scenario = {
  id: 'F19',
  fault: 'one organization asks for twenty times what it may',
  promise:
    'the others hear no 429 and wait at most 1.5 times as long; the loud one hears 429 with Retry-After',
  world: { env: { SCIM_REQUESTS_PER_SECOND: '25', SCIM_BURST: '50' } },
  async run(world, size, histories) {
    await world.startNodes(1, 1);
    const [loud, ...quiet] = world.organizations;
    if (!loud) throw new Error('There is no organization.');
    const span = size === 'small' ? 4_000 : 30_000;
    // Each well below what it may: two clients with pauses.
    const calm = world.load({ organizations: quiet, writers: 4, readers: 0, pauseMs: 150 });
    histories.push(calm.history);
    await calm.history.nextSuccess();
    const began = performance.now();
    await sleep(span);
    const usual = calm.history.quantile(0.99, began);
    const noise = world.load({ organizations: [loud], writers: 64, readers: 0, pauseMs: 0 });
    histories.push(noise.history);
    const noisy = performance.now();
    await sleep(span);
    const during = calm.history.quantile(0.99, noisy);
    await noise.load.stop();
    await world.check(noise.load, noise.history);
    await world.check(calm.load, calm.history);
    const refused = calm.history.statuses.get(429) ?? 0;
    if (refused > 0) calm.history.violated('F19', `the others heard ${refused} times 429`);
    const asked = (noise.history.size() * 1_000) / span;
    if (asked > 100 && (noise.history.statuses.get(429) ?? 0) === 0)
      noise.history.violated('F19', 'the loud one was never told to wait');
    return {
      injections: 1,
      measured: `others: p99 ${ms(usual)} before, ${ms(during)} meanwhile, ${refused} refused; the loud one: ${noise.history.size()} requests, ${noise.history.statuses.get(429) ?? 0} answered 429`,
    };
  },
};
