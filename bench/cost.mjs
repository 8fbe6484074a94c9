// What one request costs whom: the processor time of the server, of PostgreSQL and of the client that asks, and the
// statements behind it. Processor time is nearly the same on a busy machine, so this tells where to look when the
// requests a second do not.
//
//   npm run build && node bench/cost.mjs [--only "filter hit"] [--seconds 5] [--statements 8] [--data DIR]
//
// Linux only (/proc); an embedded PostgreSQL in --data. Loopback only.
import { mkdirSync } from 'node:fs';
import { closedLoop } from './load/closed-loop.mjs';
import { endingWith } from './machine/ending.mjs';
import { chosen, readOptions } from './machine/options.mjs';
import { Postgres } from './machine/postgres.mjs';
import { cpuOf, cpuOfPostgres } from './machine/processor.mjs';
import { GRAPHQL_MIXES } from './mixes/graphql.mjs';
import { groupMixes } from './mixes/groups.mjs';
import { PEOPLE_MIXES } from './mixes/people.mjs';
import { startTargets } from './targets/all.mjs';

const options = readOptions({ only: '', seconds: 5, people: 1000, statements: 0 });
const GROUPS = [100];
const MIXES = { ...PEOPLE_MIXES, ...GRAPHQL_MIXES, ...groupMixes(GROUPS) };
const TARGETS = ['floor', 'Rollcall, PostgreSQL queue'];
const CONNECTIONS = 10;
const names = Object.keys(MIXES).filter((name) => chosen(options.only, name, undefined));

mkdirSync(options.data, { recursive: true });
const postgres = await Postgres.start(options.data, (line) => process.stderr.write(`${line}\n`));
const { targets, stop } = await startTargets({ postgres, folder: options.data, say: () => {} }, (name) =>
  TARGETS.includes(name),
);

/** Microseconds of processor for each request, by process. */
async function costOf(target, directory, name) {
  const { prepare, graphql } = MIXES[name];
  if (graphql && !target.hasGraphql) return;
  const prepared = await (graphql ?? prepare)({ directory });
  const work = prepared.work ?? prepared;
  const { endpoint } = graphql ? directory.graphql : directory;
  const load = (seconds) => closedLoop({ endpoint, connections: CONNECTIONS, seconds, work });
  await load(1);
  const now = () => [cpuOf(target.children[0].process.pid), cpuOfPostgres(options.data), cpuOf(process.pid)];
  const before = now();
  const { times, seconds, wrong, examples } = await load(options.seconds);
  const after = now();
  const [node, database, client] = after.map((ms, i) => Math.round((1000 * (ms - before[i])) / times.length));
  console.log(
    `${name.padEnd(22)} ${target.name.padEnd(27)} ${Math.round(times.length / seconds)}/s: server ${node} us, PostgreSQL ${database} us, client ${client} us${wrong ? `, ${wrong} wrong: ${examples[0]}` : ''}`,
  );
  if (options.statements > 0 && target.hasGraphql) await showStatements(target, load);
  await target.settle?.(directory);
}

async function showStatements({ database }, load) {
  const { times, statements } = await postgres.statementsDuring(database, () => load(options.seconds));
  for (const { calls, planning, running, text } of statements.slice(0, options.statements)) {
    const each = (value, digits) => (value / times.length).toFixed(digits);
    console.log(
      `    ${each(calls, 2)} x  plan ${each(planning, 0)} us  run ${each(running, 0)} us  ${text.slice(0, 110)}`,
    );
  }
}

await endingWith(
  async () => {
    await stop();
    await postgres.stop();
  },
  async () => {
    const directories = new Map();
    for (const target of targets)
      directories.set(target, await target.directory({ number: 1, people: options.people, groups: GROUPS }));
    for (const name of names)
      for (const target of targets) await costOf(target, directories.get(target), name);
  },
);
