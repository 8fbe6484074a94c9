// What a request costs on two running servers, such as one with and one without a change.
//
//   node bench/compare.mjs --a http://127.0.0.1:4000/scim/v2 --a-token T --b http://127.0.0.1:4001/scim/v2 --b-token T \
//     [--requests 400] [--rounds 3]
//
// Sends the same requests to both, one at a time and in turn, so that whatever else the machine does meets both alike.
// Prints medians and means in milliseconds for each kind of request and each round, and b / a. Loopback only.
import http from 'node:http';
import { parseArgs } from 'node:util';

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
const agent = new http.Agent({ keepAlive: true });
const servers = ['a', 'b'].map((name) => ({
  name,
  base: values[name],
  token: values[`${name}-token`],
  ids: [],
}));
for (const { base } of servers) {
  if (!['127.0.0.1', 'localhost', '[::1]'].includes(new URL(base ?? '').hostname))
    throw new Error('loopback only');
}

function send({ base, token }, method, path, body) {
  const payload = body === undefined ? '' : JSON.stringify(body);
  const headers = {
    authorization: `Bearer ${token}`,
    ...(payload && { 'content-type': 'application/scim+json', 'content-length': Buffer.byteLength(payload) }),
  };
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const request = http.request(`${base}${path}`, { method, agent, headers }, (response) => {
      let answer = '';
      response.on('data', (chunk) => {
        answer += chunk;
      });
      response.on('end', () => {
        const ms = performance.now() - began;
        if (response.statusCode >= 300)
          reject(new Error(`${method} ${path}: ${response.statusCode} ${answer}`));
        else resolve({ ms, body: answer === '' ? undefined : JSON.parse(answer) });
      });
    });
    request.on('error', reject);
    request.end(payload);
  });
}

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
    const { ms, body } = await send(server, 'POST', '/Users', person(`${run}-${n}`));
    server.ids.push(body.id);
    return ms;
  },
  'PATCH /Users/:id': async (server, n) =>
    (await send(server, 'PATCH', `/Users/${server.ids[n]}`, replace('title', `t${n}`))).ms,
  'GET /Users/:id': async (server, n) => (await send(server, 'GET', `/Users/${server.ids[n]}`)).ms,
  'GET /Users?filter': async (server, n) =>
    (await send(server, 'GET', `/Users?filter=externalId%20eq%20%22${run}-${n}%22`)).ms,
};

const median = (list) => list.toSorted((x, y) => x - y)[Math.floor(list.length / 2)];
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
agent.destroy();
