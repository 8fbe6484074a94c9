// Whether a full house slows anybody down: the same mixes on a database with one organization of 1,000 people and on one
// with a million people in a thousand organizations, the largest of them with 100,000, interleaved.
//
//   npm run build && node bench/growth.mjs [--people 1000000] [--organizations 1000] [--largest 100000] [--rounds 3]
//     [--seconds 3] [--only MIX] [--data DIR]
//
// Seeds set by set in SQL; a large database that was filled by an earlier run with the same numbers is used again. Writes its
// table into docs/benchmarks.md when it ran with a million. DATABASE_URL or an embedded PostgreSQL. Loopback only.
import { mkdirSync } from 'node:fs';
import { interleaved } from './load/interleave.mjs';
import { median } from './load/statistics.mjs';
import { endingWith } from './machine/ending.mjs';
import { factsOf, loadNow, sentenceOf } from './machine/facts.mjs';
import { chosen, commandOf, readOptions } from './machine/options.mjs';
import { Postgres } from './machine/postgres.mjs';
import { groupMixes } from './mixes/groups.mjs';
import { PEOPLE_MIXES } from './mixes/people.mjs';
import { figure, ratio, table } from './report/format.mjs';
import { writeIntoPage, writeJson } from './report/page.mjs';
import { fillHouse } from './targets/house.mjs';

const SMALL = 1000;
const GROUP = 100;
const BOUND = 1.3;
const options = readOptions({
  people: 1_000_000,
  organizations: 1000,
  largest: 100_000,
  rounds: 3,
  seconds: 3,
  only: '',
});
const { rounds, seconds, people, organizations, largest } = options;
const say = (line) => process.stderr.write(`${line}\n`);

mkdirSync(options.data, { recursive: true });
const postgres = await Postgres.start(options.data, say);
const facts = factsOf(postgres, commandOf('node bench/growth.mjs'));
const common = { postgres, folder: options.data, groups: [GROUP], say };
const houses = [];

/** One of `largest` people, and the others alike. */
function sizesOf(total, count, most) {
  const others = Math.floor((total - most) / (count - 1));
  return [most, ...Array.from({ length: count - 1 }, () => others)];
}

async function openHouses() {
  houses.push(await fillHouse({ ...common, name: 'bench_small', sizes: [SMALL] }));
  houses.push(
    await fillHouse({
      ...common,
      name: 'bench_large',
      sizes: sizesOf(people, organizations, largest),
      open: [0, Math.floor(organizations / 2)],
    }),
  );
  const [[small], [large, ordinary]] = houses.map(({ directories }) => directories);
  const total = people.toLocaleString('en');
  return [
    { name: `${SMALL.toLocaleString('en')} people alone`, house: houses[0], directory: small },
    { name: `${total}: the largest organization`, house: houses[1], directory: large },
    { name: `${total}: an ordinary one`, house: houses[1], directory: ordinary },
  ];
}

async function measure() {
  const places = await openHouses();
  const { create, ...others } = PEOPLE_MIXES;
  const results = [];
  for (const [name, mix] of Object.entries({ ...others, ...groupMixes([GROUP]), create })) {
    if (!chosen(options.only, name, undefined)) continue;
    say(name);
    const entries = places.map(({ name: where, house, directory }) => ({
      target: { name: where, children: [house.child], settle: house.settle },
      directory,
      endpoint: directory.endpoint,
      prepare: mix.prepare,
    }));
    const statementsOf = async () => null;
    results.push({
      mix: name,
      results: await interleaved({ mix, entries, rounds, seconds, statementsOf, say }),
    });
  }
  return results;
}
const results = await endingWith(async () => {
  for (const house of houses) await house.stop();
  await postgres.stop();
}, measure);

facts.loadAfter = loadNow();
const costOf = (one, alone) => median(one.rounds.map((rate, round) => alone.rounds[round] / rate));
const rows = results.flatMap(({ mix, results: [alone, ...more] }) =>
  [alone, ...more].map((one) => [
    mix,
    one.target,
    figure(one.perSecond),
    ...[one.p50, one.p99].map(figure),
    ratio(costOf(one, alone)),
    one === alone ? '' : costOf(one, alone) <= BOUND ? 'yes' : 'no',
    one.final ?? (one.wrong === 0 ? 'all right' : `${one.wrong} wrong`),
  ]),
);
const text = [
  sentenceOf(facts),
  table(
    ['mix', 'where', 'requests/s', 'p50 ms', 'p99 ms', 'cost / 1,000 people', `at most ${BOUND}`, 'answers'],
    rows,
  ),
].join('\n\n');
process.stdout.write(`${text}\n`);
say(`as data: ${writeJson(options.data, 'growth', { options, facts, results })}`);
if (people >= 1_000_000 && options.only === '') say(`written into ${writeIntoPage('growth', text)}`);
