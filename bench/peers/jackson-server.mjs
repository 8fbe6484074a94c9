// Peer: the directory sync of @boxyhq/saml-jackson, which is Ory Polis's library, on PostgreSQL with a pool of 10, behind a
// route of `node:http` that is lighter than Polis's own. No callback for events, so no webhook, no audit and no outbox: less
// work than Rollcall does. Its page limit of 50 is raised to 100, so that a page of 100 is possible. Reads DATABASE_URL.
import { once } from 'node:events';
import http from 'node:http';
import { createRequire } from 'node:module';
import pg from 'pg';
import { seedJackson } from './jackson-seed.mjs';

const { default: jackson } = createRequire(import.meta.url)('@boxyhq/saml-jackson');
const url = process.env.DATABASE_URL;
const { directorySyncController: sync } = await jackson({
  externalUrl: 'http://127.0.0.1',
  samlPath: '/sso',
  samlAudience: 'bench',
  db: { engine: 'sql', type: 'postgres', url: `${url}?max_conns=10`, pageLimit: 100 },
  clientSecretVerifier: 'bench',
  noAnalytics: true,
  scimPath: '/scim/v2',
  logger: { info() {}, warn() {}, error: console.error },
});
const ROUTE = /^\/scim\/v2\/([^/]+)(?:\/([^/]+))?\/?$/;
const directories = new Map();
const client = new pg.Client({ connectionString: url });
await client.connect();

async function open({ number, token, people, groups }) {
  const tenant = `t${number}`;
  const asked = { tenant, product: 'bench', type: 'generic-scim-v2', name: tenant };
  const { data, error } = await sync.directories.create(asked);
  if (error) throw new Error(error.message);
  await seedJackson(client, { tenant, directoryId: data.id, number, people, groups });
  directories.set(`Bearer ${token}`, data);
}

async function answerTo(request, body) {
  const { pathname, searchParams } = new URL(request.url, 'http://127.0.0.1');
  const [, resourceType, resourceId] = ROUTE.exec(pathname) ?? [];
  const directory = directories.get(request.headers.authorization);
  if (!resourceType) return { status: 404 };
  if (!directory) return { status: 401 };
  const number = (name) => (searchParams.has(name) ? Number(searchParams.get(name)) : undefined);
  return sync.requests.handle({
    method: request.method,
    body: body === '' ? undefined : JSON.parse(body),
    directoryId: directory.id,
    resourceType,
    resourceId,
    apiSecret: directory.scim.secret,
    query: {
      count: number('count'),
      startIndex: number('startIndex'),
      filter: searchParams.get('filter') ?? undefined,
    },
  });
}

const server = http.createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', async () => {
    const { status, data } = await answerTo(request, Buffer.concat(chunks).toString()).catch((error) => ({
      status: 500,
      data: { detail: error.message },
    }));
    const text = data === undefined || status === 204 ? '' : JSON.stringify(data);
    const headers = { 'content-type': 'application/scim+json', 'content-length': Buffer.byteLength(text) };
    response.writeHead(status, headers).end(text);
  });
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
process.on('message', (message) => {
  if (!message.directory) return;
  open(message.directory).then(
    () => process.send({ directory: {} }),
    (error) => process.send({ directory: {}, error: error.message }),
  );
});
process.stdout.write(`ready http://127.0.0.1:${server.address().port}/scim/v2\n`);
process.once('SIGTERM', () => process.exit(0));
