import { setTimeout as sleep } from 'node:timers/promises';
import type { Sql } from './checker.js';
import { ANSWER_MOMENT, API_MOMENTS, WORKER_MOMENTS } from './moments.js';
import { maximum, median, type Scenario, seconds } from './scenario.js';

/** A moment that never comes is a moment that the product has no more: then the suite has to be told. */
const MOMENT_MS = 60_000;

export async function within(what: string, promise: Promise<unknown>, ms = MOMENT_MS): Promise<void> {
  const late = new AbortController();
  const deadline = sleep(ms, undefined, { signal: late.signal }).then(
    () => {
      throw new Error(`Not within ${ms} ms: ${what}.`);
    },
    () => {},
  );
  await Promise.race([promise, deadline]);
  late.abort();
}

export const killApi: Scenario = {
  id: 'F1',
  fault: 'kill -9 of the API at eight moments of a write',
  promise: 'nothing acknowledged is lost, what was not answered is whole or absent; serving again within 2 s',
  async run(world, size, histories) {
    await world.startNodes(1, 1);
    const [api] = world.apis;
    if (!api) throw new Error('There is no API process.');
    let target = api.server.url;
    const { load, history } = world.load({ targets: () => [target] });
    histories.push(history);
    const moments = [...API_MOMENTS, ANSWER_MOMENT];
    const rounds = size === 'small' ? 1 : 25;
    const chosen = size === 'small' ? [2, 4, 6, 7].map((i) => moments[i] as (typeof moments)[0]) : moments;
    const away: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      for (const moment of chosen) {
        await history.nextSuccess();
        // Not always the first of them after a start.
        await sleep(world.random.between(0, size === 'small' ? 100 : 400));
        const wire = moment === ANSWER_MOMENT ? api.door : api.database;
        target = moment === ANSWER_MOMENT ? `http://127.0.0.1:${api.door.port}` : api.server.url;
        await within(`the API comes to the moment '${moment.name}'`, wire.at(moment, api.server.kill));
        const killed = performance.now();
        target = api.server.url;
        away.push((await history.nextSuccess(killed)) - killed);
      }
    }
    const { settledMs } = await world.check(load, history);
    return {
      injections: away.length,
      measured: `${history.acks} writes acknowledged, ${history.outcomes.unknown} unanswered over ${away.length} kills; serving again after ${seconds(median(away))} (median), ${seconds(maximum(away))} (worst); settled ${seconds(settledMs)} after the load`,
    };
  },
};

export const killWorker: Scenario = {
  id: 'F2',
  fault: 'kill -9 of the worker at five moments, and twelve times in a row during one job',
  promise: 'every accepted membership is applied, once; within 8 s of the kill',
  async run(world, size, histories) {
    await world.startNodes(1, 1);
    const [worker] = world.workers;
    if (!worker) throw new Error('There is no worker process.');
    const { load, history } = world.load({ pauseMs: 5 });
    histories.push(history);
    const rounds = size === 'small' ? 1 : 8;
    const chosen = size === 'small' ? WORKER_MOMENTS.filter((_, i) => i !== 3) : WORKER_MOMENTS;
    const delays: number[] = [];
    const kill = async (moment: (typeof WORKER_MOMENTS)[0]): Promise<void> => {
      await within(
        `the worker comes to the moment '${moment.name}'`,
        worker.database.at(moment, worker.server.kill),
      );
    };
    for (let round = 0; round < rounds; round += 1) {
      for (const moment of chosen) {
        await kill(moment);
        const killed = performance.now();
        delays.push(await oldestSettled(world.sql, killed));
      }
    }
    const inARow = size === 'small' ? 0 : 12;
    const middle = WORKER_MOMENTS[2] as (typeof WORKER_MOMENTS)[0];
    for (let i = 0; i < inARow; i += 1) await kill(middle);
    const lastKill = performance.now();
    if (inARow > 0) delays.push(await oldestSettled(world.sql, lastKill));
    const { settledMs } = await world.check(load, history);
    return {
      injections: rounds * chosen.length + inARow,
      measured: `${history.acks} writes acknowledged; what waited at the kill was applied ${seconds(median(delays))} (median), ${seconds(maximum(delays))} (worst) after it; settled ${seconds(settledMs)} after the load`,
    };
  },
};

/** Milliseconds until every membership that waits now is applied, while new ones keep coming. */
async function oldestSettled(sql: Sql, since: number): Promise<number> {
  const [now] = await sql<{ now: string }>('select clock_timestamp()::text as now');
  for (;;) {
    if (!(await waits(sql, now?.now ?? ''))) return performance.now() - since;
    if (performance.now() - since > 60_000) throw new Error('I3: memberships wait for more than 60 s.');
    await sleep(25);
  }
}

const waits = async (sql: Sql, before: string): Promise<boolean> =>
  (
    await sql(`select from memberships where state <> 'active' and accepted_at <= $1::timestamptz limit 1`, [
      before,
    ])
  ).length > 0;
