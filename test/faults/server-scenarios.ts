import { setTimeout as sleep } from 'node:timers/promises';
import type { Sql } from './checker.js';
import { maximum, median, type Scenario, seconds } from './scenario.js';

export const killPostgres: Scenario = {
  id: 'F3',
  fault: 'PostgreSQL and all its processes killed with SIGKILL under load',
  promise:
    'nothing acknowledged is lost, no error but 503; answering again within 1 s of PostgreSQL, jobs within 5 s',
  async run(world, size, histories) {
    await world.startNodes(1, 1);
    const { load, history } = world.load();
    histories.push(history);
    const kills = size === 'small' ? 1 : 20;
    const after: number[] = [];
    const applied: number[] = [];
    for (let i = 0; i < kills; i += 1) {
      await history.nextSuccess();
      await sleep(world.random.between(300, 1_500));
      await world.postgres.killTree();
      await sleep(world.random.between(0, 500));
      await world.postgres.start();
      const ready = performance.now();
      after.push((await history.nextSuccess(ready)) - ready);
      applied.push(await nextApplied(world.sql, ready));
    }
    const { settledMs } = await world.check(load, history);
    return {
      injections: kills,
      measured: `${history.acks} writes acknowledged over ${kills} kills; first success ${seconds(median(after))} (median), ${seconds(maximum(after))} (worst) after PostgreSQL was ready again; memberships applied again after ${seconds(median(applied))} (median), ${seconds(maximum(applied))} (worst); settled ${seconds(settledMs)} after the load`,
    };
  },
};

/** Milliseconds until a membership is applied that was accepted after a moment. */
export async function nextApplied(sql: Sql, since: number): Promise<number> {
  const [now] = await sql<{ now: string }>('select clock_timestamp()::text as now');
  for (;;) {
    const rows = await sql(
      `select from audit_log where action = 'group.membersApplied' and at > $1::timestamptz limit 1`,
      [now?.now],
    );
    if (rows.length > 0) return performance.now() - since;
    if (performance.now() - since > 60_000) throw new Error('I3: no membership was applied for 60 s.');
    await sleep(25);
  }
}

export const restartPostgres: Scenario = {
  id: 'F4',
  fault:
    'PostgreSQL restarted (fast, immediate), one backend killed with SIGKILL, a storm of pg_terminate_backend',
  promise:
    'nothing acknowledged is lost; at least 99 % of what is asked in the storm succeeds, asked once more',
  async run(world, size, histories) {
    await world.startNodes(1, 1);
    const { load, history } = world.load();
    histories.push(history);
    const after: number[] = [];
    for (const mode of ['fast', 'immediate'] as const) {
      await history.nextSuccess();
      await sleep(500);
      await world.postgres.stop(mode);
      await world.postgres.start();
      const ready = performance.now();
      after.push((await history.nextSuccess(ready)) - ready);
    }
    await sleep(500);
    const [backend] = await world.sql<{ pid: number }>(
      `select pid from pg_stat_activity where application_name = 'rollcall' limit 1`,
    );
    world.postgres.killOneBackend(backend?.pid ?? 0);
    await sleep(200);
    const killed = performance.now();
    await world.postgres.start();
    after.push((await history.nextSuccess(killed)) - killed);
    const before = { ...history.outcomes };
    let cut = 0;
    const end = performance.now() + (size === 'small' ? 3_000 : 60_000);
    while (performance.now() < end) {
      const rows = await world.sql(
        `select pg_terminate_backend(pid) from (select pid from pg_stat_activity
           where application_name = 'rollcall' order by random() limit 1) one`,
      );
      cut += rows.length;
      await sleep(100);
    }
    const ok = history.outcomes.ok - before.ok;
    const asked = ok + history.outcomes.fail - before.fail + history.outcomes.unknown - before.unknown;
    await world.check(load, history);
    const share = ok / asked;
    // Two independent tries: what fails once fails again as often. Ten cut connections a second are only a small part of
    // what is asked where a hundred requests a second are.
    if (asked > 1_000 && 1 - (1 - share) ** 2 < 0.99)
      history.violated('F4', `${(share * 100).toFixed(2)} % succeeded at the first try`);
    return {
      injections: 3 + cut,
      measured: `${history.acks} writes acknowledged; first success after a restart ${seconds(maximum(after))} (worst); in a storm of ${cut} cut connections ${(share * 100).toFixed(2)} % of ${asked} requests succeeded at the first try`,
    };
  },
};

export const loseRedis: Scenario = {
  id: 'F5',
  fault: 'Redis killed, away for a minute and back; unreachable by the network',
  promise: 'no request fails or is slower for it; jobs are drained within 10 s of its return',
  async run(world, size, histories) {
    const { redis } = world;
    if (!redis) return { injections: 0, measured: '', skipped: 'redis-server is not installed' };
    await world.startNodes(1, 1);
    const { load, history } = world.load({ writers: 4, pauseMs: 10 });
    histories.push(history);
    const span = size === 'small' ? 3_000 : 60_000;
    await history.nextSuccess();
    await sleep(size === 'small' ? 1_000 : 10_000);
    const began = performance.now();
    await sleep(span / 2);
    const usual = history.quantile(0.99, began);
    const away = performance.now();
    await redis.kill();
    await sleep(span);
    const without = history.quantile(0.99, away);
    await redis.start();
    const back = performance.now();
    await nextApplied(world.sql, back);
    for (const { redis: wire } of world.nodes()) await wire?.cut();
    await sleep(span / 6);
    for (const { redis: wire } of world.nodes()) await wire?.restore();
    const { settledMs } = await world.check(load, history);
    const failed = history.outcomes.fail + history.outcomes.unknown;
    const refused = history.statuses.get(200) === undefined;
    if (refused) history.violated('F5', 'nothing succeeded');
    const lost = [...history.statuses].filter(([status]) => status >= 500 || status === 0);
    if (lost.length > 0) history.violated('F5', `${failed} requests failed while Redis was away: ${lost}`);
    if (!(settledMs < 10_000)) history.violated('I3', `jobs were drained after ${settledMs} ms`);
    return {
      injections: 2,
      measured: `${history.acks} writes acknowledged, ${lost.length} requests failed; p99 ${Math.round(usual)} ms before, ${Math.round(without)} ms while it was away; drained ${seconds(settledMs)} after the load`,
    };
  },
};

export const emptyRedis: Scenario = {
  id: 'F6',
  fault: 'FLUSHALL under load, and an empty Redis in the place of the old one',
  promise: 'every effect happens all the same, within 10 s',
  async run(world, size, histories) {
    const { redis } = world;
    if (!redis) return { injections: 0, measured: '', skipped: 'redis-server is not installed' };
    await world.startNodes(1, 1);
    const { load, history } = world.load({ pauseMs: 2 });
    histories.push(history);
    await history.nextSuccess();
    const flushes = size === 'small' ? 5 : 20;
    for (let i = 0; i < flushes; i += 1) {
      await sleep(world.random.between(100, size === 'small' ? 300 : 1_500));
      await redis.flushAll();
    }
    await redis.killAndForget();
    await redis.start();
    const back = performance.now();
    const applied = await nextApplied(world.sql, back);
    await redis.flushAll();
    const { settledMs } = await world.check(load, history);
    if (!(settledMs < 10_000)) history.violated('I3', `everything was applied after ${settledMs} ms`);
    return {
      injections: flushes + 2,
      measured: `${history.acks} writes acknowledged; applied again ${seconds(applied)} after an empty Redis took over; everything applied ${seconds(settledMs)} after the last FLUSHALL`,
    };
  },
};
