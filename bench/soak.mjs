// A long ordinary day: organizations that each send a steady number of requests a second, most of them reads, to one
// process of the built product.
//
//   npm run build && node bench/soak.mjs [--minutes 30] [--organizations 10] [--rate 25] [--people 1000] [--data DIR]
//
// Reports errors, p50 and p99, the memory and how it grows, and the delay of the event loop; writes docs/benchmarks.md when
// it ran for 30 minutes or more. DATABASE_URL or an embedded PostgreSQL. Loopback only.
import { mkdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from './load/client.mjs';
import { vitalsOf } from './load/interleave.mjs';
import { openLoop } from './load/open-loop.mjs';
import { percentiles, slope } from './load/statistics.mjs';
import { endingWith } from './machine/ending.mjs';
import { factsOf, loadNow, sentenceOf } from './machine/facts.mjs';
import { commandOf, readOptions } from './machine/options.mjs';
import { Postgres } from './machine/postgres.mjs';
import { anyOf, freshName, patchBody, personBody, userNameOf } from './mixes/directory.mjs';
import { figure, megabytes, table } from './report/format.mjs';
import { writeIntoPage, writeJson } from './report/page.mjs';
import { startRollcall } from './targets/rollcall.mjs';

const options = readOptions({ minutes: 30, organizations: 10, rate: 25, people: 1000 });
const { minutes, organizations, rate, people } = options;
const LOOK_EVERY_MS = 5000;
/** The beginning is left out of the slope: caches, pools and the heap grow to their size. */
const WARM_SHARE = 1 / 3;
const say = (line) => process.stderr.write(`${line}\n`);

mkdirSync(options.data, { recursive: true });
const postgres = await Postgres.start(options.data, say);
const facts = factsOf(postgres, commandOf('node bench/soak.mjs'));
const target = await startRollcall({ postgres, folder: options.data });
const clients = [];
const joined = new Set();
/** Of ten requests seven read and three write: a title, a new person, a member who comes and goes. */
function requestOf(kind, { directory }) {
  const id = directory.personId(anyOf(people));
  if (kind < 4) return ['GET', `/Users/${id}`];
  if (kind < 6) {
    const filter = encodeURIComponent(`userName eq "${userNameOf(anyOf(people))}"`);
    return ['GET', `/Users?filter=${filter}`];
  }
  if (kind === 6) return ['GET', `/Users?startIndex=${1 + anyOf(people - 20)}&count=20`];
  if (kind === 7)
    return ['PATCH', `/Users/${id}`, patchBody({ op: 'replace', path: 'title', value: `T${anyOf(1e6)}` })];
  if (kind === 8) {
    const name = freshName();
    return ['POST', '/Users', personBody(name, name)];
  }
  const spare = directory.personId(people + anyOf(50));
  const key = `${directory.organization} ${spare}`;
  const isIn = joined.delete(key) || !joined.add(key);
  const operation = isIn
    ? { op: 'remove', path: `members[value eq "${spare}"]` }
    : { op: 'add', path: 'members', value: [{ value: spare }] };
  return ['PATCH', `/Groups/${directory.groupId(100)}`, patchBody(operation)];
}

const times = { read: [], write: [] };
const failures = new Map();
async function send(n) {
  const one = clients[n % clients.length];
  const kind = Math.floor(n / clients.length) % 10;
  const began = performance.now();
  try {
    const { status } = await one.client.send(...requestOf(kind, one), { keep: false });
    if (status >= 300) failures.set(status, (failures.get(status) ?? 0) + 1);
  } catch (error) {
    failures.set(error.message, (failures.get(error.message) ?? 0) + 1);
  }
  // From the moment it was due to be sent: waiting for a free connection is waiting too.
  times[kind < 7 ? 'read' : 'write'].push(performance.now() - began);
}

async function fill() {
  for (let number = 1; number <= organizations; number += 1) {
    const directory = await target.directory({ number, people, groups: [100] });
    clients.push({ directory, client: new Client(directory.base, directory.token, { connections: 64 }) });
  }
}

const looks = [];
let loop = Number.NaN;
async function measure() {
  await fill();
  let over = false;
  const began = performance.now();
  await vitalsOf(target, 'begin');
  const looking = (async () => {
    while (!over) {
      await sleep(LOOK_EVERY_MS);
      const { rss, loopP99 } = await vitalsOf(target);
      looks.push({ minute: (performance.now() - began) / 60_000, rss, loopP99 });
    }
  })();
  const { late } = await openLoop({ rate: rate * organizations, seconds: minutes * 60, work: send });
  over = true;
  await looking;
  loop = (await vitalsOf(target)).wholeLoopP99;
  return late;
}
const late = await endingWith(async () => {
  await target.stop();
  await postgres.stop();
}, measure);

facts.loadAfter = loadNow();
const errors = [...failures.values()].reduce((sum, one) => sum + one, 0);
const warm = looks.filter(({ minute }) => minute > minutes * WARM_SHARE);
const growth = warm.length > 1 ? slope(warm.map(({ minute, rss }) => [minute, rss / 2 ** 20])) : Number.NaN;
const all = [...times.read, ...times.write];
const most = Math.max(...looks.map(({ rss }) => rss));
const worstLoop = Math.max(...looks.map(({ loopP99 }) => loopP99));
const { p50, p99 } = percentiles(all);
const holds = (isSo) => (isSo ? 'yes' : 'no');
const text = [
  sentenceOf(facts),
  `${all.length.toLocaleString('en')} requests in ${minutes} minutes, ${rate * organizations} a second of ${organizations} organizations, 70 % reads. ` +
    `Reads p50 ${figure(percentiles(times.read).p50)} ms, p99 ${figure(percentiles(times.read).p99)} ms; writes p50 ` +
    `${figure(percentiles(times.write).p50)} ms, p99 ${figure(percentiles(times.write).p99)} ms. The client itself was at most ${figure(late)} ms late.`,
  table(
    ['asked', 'measured', 'holds'],
    [
      [
        'errors: 0',
        `${errors}${errors > 0 ? ` (${[...failures.keys()].join(', ').slice(0, 100)})` : ''}`,
        holds(errors === 0),
      ],
      ['p99 at most 150 ms', `${figure(p99)} ms (p50 ${figure(p50)})`, holds(p99 <= 150)],
      ['memory at most 512 MiB', megabytes(most), holds(most <= 512 * 2 ** 20)],
      ['memory grows at most 1 MiB a minute', `${figure(growth)} MiB/min`, holds(growth <= 1)],
      [
        'event-loop delay p99 at most 50 ms',
        `${figure(loop)} ms (${figure(worstLoop)} in the worst 5 s)`,
        holds(loop <= 50),
      ],
    ],
  ),
].join('\n\n');
process.stdout.write(`${text}\n`);
say(
  `as data: ${writeJson(options.data, 'soak', { options, facts, errors, p50, p99, growth, loop, worstLoop, looks })}`,
);
if (minutes >= 30) say(`written into ${writeIntoPage('soak', text)}`);
