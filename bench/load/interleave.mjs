import { closedLoop } from './closed-loop.mjs';
import { median, percentiles } from './statistics.mjs';

const CONNECTIONS = 10;
/** V8 compiles what is hot while it runs: the first seconds say how much code there is, not what it costs later. */
const WARM_UP_SECONDS = 3;
const COUNTING_SECONDS = 0.5;
/** A target whose single request, with nothing beside it, takes longer than this is left out of the mix. */
const TOO_LONG_MS = 5000;

/**
 * Of all processes of a target: the memory they hold together, and how long the event loop of the worst was kept waiting,
 * since last asked and since last asked to `begin`.
 */
export async function vitalsOf(target, question = 'vitals') {
  const all = await Promise.all(target.children.map((child) => child.ask(question)));
  return {
    rss: all.reduce((sum, { rss }) => sum + rss, 0),
    loopP99: Math.max(...all.map(({ loopP99 }) => loopP99)),
    wholeLoopP99: Math.max(...all.map(({ wholeLoopP99 }) => wholeLoopP99)),
  };
}

async function once({ target, endpoint, mix, prepared, seconds }) {
  await vitalsOf(target);
  const { times, ...rest } = await closedLoop({
    endpoint,
    connections: mix.connections ?? CONNECTIONS,
    seconds,
    work: prepared.work,
  });
  const { rss, loopP99 } = await vitalsOf(target);
  return {
    ...rest,
    requests: times.length,
    perSecond: times.length / rest.seconds,
    ...percentiles(times),
    rss,
    loopP99,
  };
}

/**
 * One mix on several targets, in turn and in rounds (forwards, then backwards), so that whatever else the machine does
 * meets all alike. `entries` are `{ target, directory, endpoint, prepare }`. Resolves with medians over the rounds for
 * each target; the statements are counted in a short run of their own, because counting costs.
 */
export async function interleaved({ mix, entries, rounds, seconds, statementsOf, say }) {
  const ready = [];
  for (const entry of entries) {
    const made = await entry.prepare({ directory: entry.directory, endpoint: entry.endpoint });
    ready.push({ ...entry, mix, prepared: typeof made === 'function' ? { work: made } : made, runs: [] });
  }
  const left = await leaveOutTheSlow(ready);
  for (const one of left) await once({ ...one, seconds: Math.min(WARM_UP_SECONDS, seconds) });
  for (let round = 0; round < rounds; round += 1) {
    for (const one of round % 2 === 0 ? left : left.toReversed()) {
      await one.target.settle?.(one.directory);
      one.runs.push(await once({ ...one, seconds }));
      say(`  round ${round + 1} ${one.target.name}: ${one.runs.at(-1).perSecond.toPrecision(3)}/s`);
    }
  }
  const results = ready
    .filter((one) => !left.includes(one))
    .map(({ target, slow }) => ({ target: target.name, ...summaryOf([]), skipped: slow }));
  for (const one of left) {
    await one.target.settle?.(one.directory);
    const statements = await statementsPerRequest(one, statementsOf);
    const final = await one.prepared.finish?.();
    results.push({ target: one.target.name, ...summaryOf(one.runs), statements, ...(final && { final }) });
  }
  return results;
}

/** Some answer in milliseconds here and in a minute there: one request alone says which, before ten wait for each other. */
async function leaveOutTheSlow(ready) {
  const left = [];
  for (const one of ready) {
    const { p50 } = await once({ ...one, mix: { connections: 1 }, seconds: 0 });
    if (p50 > TOO_LONG_MS) one.slow = p50;
    else left.push(one);
  }
  return left;
}

async function statementsPerRequest(one, statementsOf) {
  if (one.target.database === undefined) return null;
  let requests = 0;
  const calls = await statementsOf(one.target.database, async () => {
    ({ requests } = await once({ ...one, seconds: COUNTING_SECONDS }));
    await one.target.settle?.(one.directory);
  });
  return calls === null ? null : calls / requests;
}

function summaryOf(runs) {
  const middle = (name) => median(runs.map((run) => run[name]));
  return {
    ...Object.fromEntries(['perSecond', 'p50', 'p95', 'p99', 'loopP99'].map((name) => [name, middle(name)])),
    requests: runs.reduce((sum, run) => sum + run.requests, 0),
    wrong: runs.reduce((sum, run) => sum + run.wrong, 0),
    rss: Math.max(0, ...runs.map((run) => run.rss)),
    rounds: runs.map((run) => run.perSecond),
    examples: runs.flatMap((run) => run.examples).slice(0, 2),
  };
}
