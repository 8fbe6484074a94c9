// What adding one member costs in a small and in a large group, through the SCIM endpoint of a running server.
//
//   node bench/group-patch.mjs --base http://127.0.0.1:4000/scim/v2 --token T [--large 10000] [--rounds 3]
//
// Pushes the people it needs, makes one group of 10 and one of --large, and then, interleaved, adds 200 people one by
// one to each and takes them out again. Prints the medians of each round and their ratio. Loopback only.
import { parseArgs } from 'node:util';
import { Client } from './load/client.mjs';
import { median } from './load/statistics.mjs';

const { values } = parseArgs({
  options: {
    base: { type: 'string' },
    token: { type: 'string' },
    large: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '3' },
  },
});
const large = Number(values.large);
const SMALL = 10;
const SAMPLES = 200;
const CHUNK = 5000;
const client = new Client(values.base, values.token);

async function inParallel(count, width, work) {
  let next = 0;
  const lane = async () => {
    while (next < count) {
      const i = next;
      next += 1;
      await work(i);
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
}

const run = Date.now().toString(36);
const people = new Array(large + SAMPLES);
await inParallel(people.length, 16, async (i) => {
  const name = `bench-${run}-${i}`;
  const { body: user } = await client.must('POST', '/Users', {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    userName: `${name}@bench.example`,
    externalId: name,
    emails: [{ value: `${name}@bench.example`, type: 'work' }],
    active: true,
  });
  people[i] = user.id;
  if (i % 1000 === 0) process.stderr.write(`people ${i}/${people.length}\n`);
});

const patch = (op, ids) => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations: [
    op === 'add'
      ? { op, path: 'members', value: ids.map((value) => ({ value })) }
      : { op, path: `members[value eq "${ids[0]}"]` },
  ],
});

async function makeGroup(size) {
  const { body } = await client.must('POST', '/Groups', {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
    displayName: `bench ${run} ${size}`,
  });
  for (let from = 0; from < size; from += CHUNK) {
    await client.must(
      'PATCH',
      `/Groups/${body.id}`,
      patch('add', people.slice(from, Math.min(from + CHUNK, size))),
    );
  }
  return body.id;
}

const groups = { small: await makeGroup(SMALL), large: await makeGroup(large) };
await new Promise((resolve) => setTimeout(resolve, 5000));

for (let round = 1; round <= Number(values.rounds); round += 1) {
  const took = { add: { small: [], large: [] }, remove: { small: [], large: [] } };
  for (const op of ['add', 'remove']) {
    for (const id of people.slice(large)) {
      for (const size of ['small', 'large']) {
        const started = performance.now();
        await client.must('PATCH', `/Groups/${groups[size]}`, patch(op, [id]));
        took[op][size].push(performance.now() - started);
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  for (const op of ['add', 'remove']) {
    const [small, big] = [median(took[op].small), median(took[op].large)];
    console.log(
      `round ${round} ${op}: ${SMALL} members ${small.toFixed(2)} ms, ${large} members ${big.toFixed(2)} ms, ratio ${(big / small).toFixed(2)}`,
    );
  }
}
client.end();
