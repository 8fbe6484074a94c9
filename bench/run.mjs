// The benchmark: the floor, Rollcall with both queues, and peers from npm, on one PostgreSQL, in turn and in rounds.
//
//   npm run bench -- [--rounds 3] [--seconds 5] [--people 1000] [--groups 100,1000,10000,100000]
//     [--cycle 1000,10000,100000] [--cycle-limit 600] [--applied-seconds 30] [--only MIX/TARGET,...] [--data DIR]
//
// docs/benchmarks.md says what each column means; a run of everything writes its tables there. Every answer is verified.
// Uses DATABASE_URL, a role that may create databases, or an embedded PostgreSQL. Loopback only; drop --data afterwards.
import { mkdirSync } from 'node:fs';
import { interleaved, vitalsOf } from './load/interleave.mjs';
import { endingWith } from './machine/ending.mjs';
import { factsOf, loadNow } from './machine/facts.mjs';
import { chosen, commandOf, readOptions } from './machine/options.mjs';
import { Postgres } from './machine/postgres.mjs';
import { appliedLatency } from './mixes/applied.mjs';
import { firstCycle } from './mixes/first-cycle.mjs';
import { GRAPHQL_MIXES } from './mixes/graphql.mjs';
import { groupMixes } from './mixes/groups.mjs';
import { PEOPLE_MIXES } from './mixes/people.mjs';
import { benchmarkText } from './report/benchmark.mjs';
import { writeIntoPage, writeJson } from './report/page.mjs';
import { verdictsOf } from './report/verdicts.mjs';
import { startTargets } from './targets/all.mjs';

const options = readOptions({
  rounds: 3,
  seconds: 5,
  people: 1000,
  groups: [100, 1000, 10_000, 100_000],
  cycle: [1000, 10_000, 100_000],
  'cycle-limit': 600,
  'applied-seconds': 30,
  only: '',
});
const { rounds, seconds, only } = options;
const CHANGES_PER_SECOND = 200;
const say = (line) => process.stderr.write(`${line}\n`);

mkdirSync(options.data, { recursive: true });
const postgres = await Postgres.start(options.data, say);
const facts = factsOf(postgres, commandOf('npm run bench'));
const { targets, stop } = await startTargets({ postgres, folder: options.data, say }, (name) =>
  chosen(only, undefined, name),
);
const run = { facts, mixes: [], cycles: [], applied: [], memory: [] };

let opened = 0;
/** A directory of its own in every target that runs one of these mixes. */
async function openDirectories(mixNames, wanted) {
  opened += 1;
  const open = new Map();
  for (const target of targets) {
    if (!mixNames.some((mix) => chosen(only, mix, target.name))) continue;
    say(`filling ${target.name}: ${wanted.people.toLocaleString('en')} people`);
    open.set(target, await target.directory({ groups: [], ...wanted, number: opened }));
  }
  return open;
}

/** How a mix is run on a target; undefined for GraphQL on a peer. */
function entryOf(mix, target, directory) {
  const { prepare, graphql, beside } = mix;
  if (graphql && target.hasGraphql)
    return { target, directory, prepare: graphql, endpoint: directory.graphql.endpoint };
  if (graphql && target.name !== 'floor') return undefined;
  return {
    target,
    directory,
    endpoint: directory.endpoint,
    prepare: graphql ? PEOPLE_MIXES[beside].prepare : prepare,
  };
}

async function runMixes(mixes, wanted) {
  const names = Object.keys(mixes);
  const directories = await openDirectories(names, wanted);
  for (const [name, mix] of Object.entries(mixes)) {
    const entries = [...directories]
      .filter(([target]) => chosen(only, name, target.name))
      .flatMap(([target, directory]) => entryOf(mix, target, directory) ?? []);
    if (entries.length === 0) continue;
    say(name);
    const statementsOf = (database, work) => postgres.statementsOf(database, work);
    const results = await interleaved({ mix, entries, rounds, seconds, statementsOf, say });
    run.mixes.push({ mix: name, kind: mix.kind, results });
  }
}

async function runCycle(size) {
  const name = `first cycle ${size}`;
  for (const [target, directory] of await openDirectories([name], { people: 0 })) {
    if (!chosen(only, name, target.name)) continue;
    const result = await firstCycle({ directory, people: size, limit: options['cycle-limit'] });
    say(`${name} ${target.name}: ${Math.round(result.perSecond)} people/s`);
    run.cycles.push({ size, target: target.name, ...result });
  }
}

async function runApplied() {
  const name = 'accepted applied';
  for (const [target, directory] of await openDirectories([name], { people: options.people })) {
    if (!target.waitingOf || !chosen(only, name, target.name)) continue;
    const result = await appliedLatency({
      directory,
      rate: CHANGES_PER_SECOND,
      seconds: options['applied-seconds'],
      waitingOf: target.waitingOf,
    });
    say(`${name} ${target.name}: p99 ${Math.round(result.p99)} ms`);
    run.applied.push({ target: target.name, ...result });
  }
}

async function measure() {
  const { create, ...others } = PEOPLE_MIXES;
  await runMixes({ ...others, ...GRAPHQL_MIXES }, { people: options.people });
  // In a directory of its own, because it grows.
  await runMixes({ create }, { people: options.people });
  await runMixes(groupMixes(options.groups), {
    people: Math.max(...options.groups, options.people),
    groups: options.groups,
  });
  await runApplied();
  for (const size of options.cycle) await runCycle(size);
  for (const target of targets) {
    const most = Math.max(
      (await vitalsOf(target)).rss,
      ...run.mixes.flatMap(({ results }) =>
        results.filter((one) => one.target === target.name).map(({ rss }) => rss),
      ),
    );
    run.memory.push({ target: target.name, rss: most });
  }
  facts.loadAfter = loadNow();
  run.verdicts = verdictsOf(run);
  const text = benchmarkText(run);
  process.stdout.write(`${text}\n`);
  say(`as data: ${writeJson(options.data, 'benchmark', { options, ...run })}`);
  if (only === '') say(`written into ${writeIntoPage('benchmark', text)}`);
}

await endingWith(async () => {
  await stop();
  await postgres.stop();
}, measure);
