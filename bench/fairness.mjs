// What one organization's burst does to another's waiting, on a running server.
//
//   node bench/fairness.mjs --base http://127.0.0.1:4000/scim/v2 --loud T1 --quiet T2 [--seconds 20] [--rounds 3]
//
// Each round measures the quiet organization at 10 requests a second, alone and then while the loud one keeps 64
// connections busy without a pause, and prints its p50, p95 and p99 in milliseconds, their ratios, and what the loud one
// was answered. Loopback only; the client's own processor time is part of what the quiet one waits for.
import { parseArgs } from 'node:util';
import { Client } from './load/client.mjs';
import { quantile } from './load/statistics.mjs';

const text = { type: 'string' };
const { values } = parseArgs({
  options: {
    base: text,
    loud: text,
    quiet: text,
    seconds: { ...text, default: '20' },
    rounds: { ...text, default: '3' },
    connections: { ...text, default: '64' },
  },
});
const quiet = new Client(values.base, values.quiet, { connections: 64 });
const loud = new Client(values.base, values.loud, { connections: Number(values.connections) });

async function newPerson(client) {
  const name = `f${Date.now().toString(36)}${Math.random().toString(36).slice(2, 8)}`;
  const { body } = await client.must('POST', '/Users', {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    userName: `${name}@fair.example`,
    externalId: name,
    emails: [{ value: `${name}@fair.example`, type: 'work' }],
  });
  return body.id;
}

/** Seven reads and three writes of ten, for both alike. */
function mixed(client, id, n) {
  if (n % 10 < 7) return client.send('GET', `/Users/${id}`);
  const value = `t${n}`;
  return client.send('PATCH', `/Users/${id}`, {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
    Operations: [{ op: 'replace', path: 'title', value }],
  });
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function listen(seconds, id) {
  const answers = [];
  const began = performance.now();
  for (let n = 0; n < seconds * 10; n += 1) {
    await sleep(Math.max(0, began + n * 100 - performance.now()));
    answers.push(mixed(quiet, id, n));
  }
  return Promise.all(answers);
}

async function shout(ids) {
  const counts = new Map();
  let stopped = false;
  const lane = async (id) => {
    for (let n = 0; !stopped; n += 1) {
      const { status } = await mixed(loud, id, n);
      counts.set(status, (counts.get(status) ?? 0) + 1);
    }
  };
  const lanes = ids.map(lane);
  return async () => {
    stopped = true;
    await Promise.all(lanes);
    return counts;
  };
}

const quantiles = (answers) =>
  [0.5, 0.95, 0.99].map((q) =>
    quantile(
      answers.map(({ ms }) => ms),
      q,
    ),
  );
const format = (list, digits = 1) => list.map((one) => one.toFixed(digits)).join(' / ');

const seconds = Number(values.seconds);
const person = await newPerson(quiet);
const people = [];
for (let i = 0; i < Number(values.connections); i += 1) people.push(await newPerson(loud));
await listen(3, person);
for (let round = 1; round <= Number(values.rounds); round += 1) {
  const alone = await listen(seconds, person);
  const stop = await shout(people);
  const beside = await listen(seconds, person);
  const counts = await stop();
  const [before, after] = [quantiles(alone), quantiles(beside)];
  const failed = [...alone, ...beside].filter(({ status }) => status !== 200).length;
  const ratios = after.map((one, index) => one / before[index]);
  const heard = [...counts]
    .map(([status, count]) => `${status}: ${(count / seconds).toFixed(0)}/s`)
    .join(', ');
  console.log(
    `round ${round}  quiet p50/p95/p99 alone ${format(before)}  beside ${format(after)}  ratio ${format(ratios, 2)}  failed ${failed}  loud ${heard}`,
  );
  await sleep(2000);
}
quiet.end();
loud.end();
