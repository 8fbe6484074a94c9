// What a request costs on two running servers, such as one with and one without a change.
//
//   node bench/compare.mjs --a http://127.0.0.1:4000/scim/v2 --a-token T --b http://127.0.0.1:4001/scim/v2 --b-token T \
//     [--requests 400] [--rounds 3]
//
// Sends the same requests to both, one at a time and in turn, so that whatever else the machine does meets both alike.
// Prints medians and means in milliseconds for each kind of request and each round, and b / a. Loopback only.
import { parseArgs } from 'node:util';
import { Client } from './load/client.mjs';
import { median } from './load/statistics.mjs';

const text = { type: 'string' };
const { values } = parseArgs({
  options: {
    a: text,
    'a-token': text,
    b: text,
    'b-token': text,
    requests: { ...text, default: '400' },
    rounds: { ...text, default: '3' },
  },
});
const servers = ['a', 'b'].map((name) => ({
  name,
  client: new Client(values[name], values[`${name}-token`]),
  ids: [],
}));
const run = Date.now().toString(36);
const person = (name) => ({
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
  userName: `${name}@bench.example`,
  externalId: name,
  name: { givenName: 'Ada', familyName: name },
  emails: [{ value: `${name}@bench.example`, type: 'work', primary: true }],
});
const replace = (path, value) => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations: [{ op: 'replace', path, value }],
});
const kinds = {
  'POST /Users': async (server, n) => {
    const { ms, body } = await server.client.must('POST', '/Users', person(`${run}-${n}`));
    server.ids.push(body.id);
    return ms;
  },
  'PATCH /Users/:id': async (server, n) =>
    (await server.client.must('PATCH', `/Users/${server.ids[n]}`, replace('title', `t${n}`))).ms,
  'GET /Users/:id': async (server, n) => (await server.client.must('GET', `/Users/${server.ids[n]}`)).ms,
  'GET /Users?filter': async (server, n) =>
    (await server.client.must('GET', `/Users?filter=externalId%20eq%20%22${run}-${n}%22`)).ms,
};

const mean = (list) => list.reduce((sum, one) => sum + one, 0) / list.length;
const requests = Number(values.requests);

for (let round = 0; round < Number(values.rounds); round += 1) {
  for (const [kind, work] of Object.entries(kinds)) {
    const times = { a: [], b: [] };
    for (let i = 0; i < requests; i += 1) {
      const order = i % 2 === 0 ? servers : servers.toReversed();
      for (const server of order) times[server.name].push(await work(server, round * requests + i));
    }
    const line = [median, mean].map((of) => {
      const [a, b] = [of(times.a), of(times.b)];
      return `${of.name} ${a.toFixed(2)} ${b.toFixed(2)} (${(b / a).toFixed(3)})`;
    });
    console.log(`round ${round + 1}  ${kind.padEnd(18)} ${line.join('   ')}`);
  }
}
for (const { client } of servers) client.end();
