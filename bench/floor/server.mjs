// The floor: what no Node server on PostgreSQL can beat. `node:http` and `pg`, one prepared statement for a request, one
// transaction for a write that stores the resource, an audit row and an outbox row, and a token looked up by its SHA-256.
// Reads DATABASE_URL; prints `ready URL`.
import { hash } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import pg from 'pg';
import { groups } from './groups.mjs';
import { users } from './users.mjs';
import { failure, notFound } from './wire.mjs';

const ROOT = '/scim/v2';
const MAX_BODY = 32 * 1024 * 1024;
const [JSONB, TIMESTAMPTZ] = [3802, 1184];
const asText = (value) => value;
const pool = new pg.Pool({
  connectionString: process.env.DATABASE_URL,
  max: 10,
  types: {
    getTypeParser: (type, format) =>
      type === JSONB || type === TIMESTAMPTZ ? asText : pg.types.getTypeParser(type, format),
  },
});
const run = async (statement, values) => (await pool.query({ ...statement, values })).rows;

/** Tokens that were seen, by hash: a server that must notice a revoked one has to do more than this. */
const callers = new Map();
async function callerOf(authorization) {
  if (!authorization?.startsWith('Bearer ')) return undefined;
  const key = hash('sha256', authorization.slice(7), 'hex');
  const known = callers.get(key);
  if (known) return known;
  const { rows } = await pool.query(
    `select organization_id as organization, actor from tokens where hash = decode($1, 'hex')`,
    [key],
  );
  if (rows[0]) callers.set(key, rows[0]);
  return rows[0];
}

const DOORS = [
  ['/Users', users],
  ['/Groups', groups],
];

async function answerTo(request, body) {
  const caller = await callerOf(request.headers.authorization);
  if (!caller) return failure(401, 'unauthorized');
  const [path, query = ''] = request.url.split('?');
  for (const [name, door] of DOORS) {
    const prefix = ROOT + name;
    if (!path.startsWith(prefix)) continue;
    const id = path.slice(prefix.length + 1);
    return door({ base, caller, run, method: request.method, id, query, body });
  }
  return notFound();
}

function refusalOf(error) {
  if (Array.isArray(error)) return error;
  if (error.code === '23505') return failure(409, 'exists already', 'uniqueness');
  if (error instanceof SyntaxError) return failure(400, 'no JSON', 'invalidSyntax');
  process.stderr.write(`${error.stack}\n`);
  return failure(500, 'internal error');
}

async function respond(request, response, body) {
  const [status, text] = await answerTo(request, body).catch(refusalOf);
  const headers = { 'content-type': 'application/scim+json', 'content-length': Buffer.byteLength(text) };
  response.writeHead(status, status === 204 ? {} : headers).end(text);
}

const server = http.createServer((request, response) => {
  if (request.method === 'GET') {
    respond(request, response, '');
    return;
  }
  const chunks = [];
  let length = 0;
  request.on('data', (chunk) => {
    length += chunk.length;
    if (length > MAX_BODY) request.destroy();
    chunks.push(chunk);
  });
  request.on('end', () => respond(request, response, Buffer.concat(chunks).toString()));
});
server.keepAliveTimeout = 65_000;
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const base = `http://127.0.0.1:${server.address().port}${ROOT}`;
process.stdout.write(`ready ${base}\n`);
process.once('SIGTERM', () => process.exit(0));
