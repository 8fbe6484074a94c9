import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { program } from './binaries.js';
import { explainOutput, refuse } from './failures.js';
import type { Place } from './place.js';
import { spawnAs } from './run-as.js';
import { connectAsAdmin } from './server.js';
import type { EmbeddedState } from './state.js';

/** Written into postgresql.conf once. Loopback alone, durable, and no values of failed statements in the log. */
const SETTINGS: Record<string, string> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '100',
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_min_error_statement: 'panic',
};

/** Refuses a cluster of another major version, which PostgreSQL can neither read nor convert in place. */
function checkVersion({ cluster, binaries }: Place): void {
  const found = fs.readFileSync(path.join(cluster, 'PG_VERSION'), 'utf8').trim();
  if (found === binaries.major) return;
  throw refuse(
    `The data in ${cluster} was written by PostgreSQL ${found}, and this is PostgreSQL ${binaries.major}. ` +
      `Export it with the version that wrote it, or set DATA_DIR to another folder, or start afresh with: npm run demo -- --reset`,
  );
}

/**
 * Makes the cluster unless it exists. It is made beside its place and renamed when it is complete, so a crash half-way
 * leaves something that is swept away at the next start, never a cluster that looks usable.
 */
export async function ensureCluster(
  place: Place,
  state: EmbeddedState,
  options: { durable: boolean; logFile: string },
): Promise<'made' | 'found'> {
  const { cluster, user } = place;
  const parent = path.dirname(cluster);
  for (const name of fs.readdirSync(parent)) {
    if (name.startsWith('postgres.new-'))
      fs.rmSync(path.join(parent, name), { recursive: true, force: true });
  }
  if (fs.existsSync(path.join(cluster, 'PG_VERSION'))) {
    checkVersion(place);
    return 'found';
  }
  if (fs.existsSync(cluster) && fs.readdirSync(cluster).length > 0) {
    throw refuse(
      `${cluster} holds files that are not a PostgreSQL data folder. Move them, or set DATA_DIR elsewhere.`,
    );
  }
  const draft = path.join(parent, `postgres.new-${randomUUID()}`);
  const passwordFile = path.join(draft, '..', `${path.basename(draft)}.password`);
  fs.mkdirSync(draft, { mode: 0o700 });
  fs.writeFileSync(passwordFile, `${state.adminPassword}\n`, { mode: 0o600 });
  if (user) {
    fs.chownSync(draft, user.uid, user.gid);
    fs.chownSync(passwordFile, user.uid, user.gid);
  }
  try {
    const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    await initialise(place, options, [
      `--pgdata=${draft}`,
      '--username=postgres',
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      // PostgreSQL's own C.UTF-8: the same order and case rules on every machine, whatever libc or ICU it has.
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--locale=C',
      ...(options.durable ? [] : ['--no-sync']),
      ...settings,
    ]);
    fs.renameSync(draft, cluster);
  } finally {
    fs.rmSync(passwordFile, { force: true });
    fs.rmSync(draft, { recursive: true, force: true });
  }
  return 'made';
}

async function initialise(place: Place, options: { logFile: string }, flags: string[]): Promise<void> {
  const child = spawn(program(place.binaries, 'initdb'), flags, {
    ...spawnAs(place.user),
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { LC_ALL: 'C', TZ: 'UTC' },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  }
  let code: unknown;
  try {
    [code] = await once(child, 'close');
  } catch (error) {
    throw refuse(
      `${program(place.binaries, 'initdb')} does not run on this machine (${(error as Error).message}): ` +
        'it needs glibc, and a file system that allows programs. Set DATABASE_URL to a PostgreSQL of your own.',
      error,
    );
  }
  fs.appendFileSync(options.logFile, output, { mode: 0o600 });
  if (code !== 0) {
    throw explainOutput(
      output,
      'PostgreSQL could not make its data folder',
      path.dirname(place.cluster),
      options.logFile,
    );
  }
}

/**
 * The role and the database of the product. The role is what a managed service gives an owner: it may create databases and
 * roles but is no superuser, so row-level security binds it as in production.
 */
export async function ensureDatabase(state: EmbeddedState, port: number): Promise<void> {
  const admin = await connectAsAdmin(state, port);
  try {
    const role = await admin.query(`select from pg_roles where rolname = 'rollcall'`);
    if (role.rowCount === 0) {
      // One message, so one transaction: a crash in between must not leave half a role.
      await admin.query(
        `create role rollcall login createdb createrole password '${state.password}';
         alter role rollcall set createrole_self_grant = 'set, inherit'`,
      );
    }
    const database = await admin.query(`select from pg_database where datname = 'rollcall'`);
    if (database.rowCount === 0) await admin.query('create database rollcall owner rollcall');
  } finally {
    await admin.end();
  }
}
