import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { Client } from '../load/client.mjs';
import { median, quantile } from '../load/statistics.mjs';
import { freePort } from '../machine/redis.mjs';
import { freshName, personBody } from '../mixes/directory.mjs';
import { startRollcallProcess } from '../targets/rollcall.mjs';
import { startHouse } from './processes.mjs';

const BUILT = path.resolve(import.meta.dirname, '../../dist/src/embedded');
const SAMPLES = 50;

/**
 * A standby beside the embedded PostgreSQL, which comes without pg_basebackup: PostgreSQL's own backup functions around a
 * copy of the folder, which is what pg_basebackup does too.
 */
async function startStandby({ postgres, folder, stops }) {
  const { choosePlace } = await import(path.join(BUILT, 'place.js'));
  const { readState } = await import(path.join(BUILT, 'state.js'));
  const { program } = await import(path.join(BUILT, 'binaries.js'));
  const { spawnAs } = await import(path.join(BUILT, 'run-as.js'));
  const place = choosePlace(readState(folder), folder, () => {});
  const standby = path.join(path.dirname(place.cluster), 'standby');
  rmSync(standby, { recursive: true, force: true });
  await postgres.admin.query('checkpoint');
  await postgres.admin.query(`select pg_backup_start('standby', true)`);
  execFileSync('cp', ['-a', place.cluster, standby]);
  const { rows } = await postgres.admin.query('select labelfile from pg_backup_stop(false)');
  rmSync(path.join(standby, 'postmaster.pid'), { force: true });
  const { port, username, password } = new URL(postgres.adminUrl);
  const own = await freePort();
  writeFileSync(path.join(standby, 'backup_label'), rows[0].labelfile);
  writeFileSync(path.join(standby, 'standby.signal'), '');
  const primary = `host=127.0.0.1 port=${port} user=${username} password=${password}`;
  execFileSync('chown', ['-R', `--reference=${place.cluster}`, standby]);
  const flags = ['-D', standby, '-w', '-t', '60', '-l', path.join(standby, 'standby.log'), '-o'];
  const settings = `-p ${own} -c primary_conninfo='${primary}' -c hot_standby=on`;
  const control = path.join(path.dirname(program(place.binaries, 'postgres')), 'pg_ctl');
  const as = {
    ...spawnAs(place.user),
    stdio: 'ignore',
    env: { LC_ALL: 'C', TZ: 'UTC', PATH: process.env.PATH },
  };
  execFileSync(control, [...flags, settings, 'start'], as);
  stops.push(() => {
    execFileSync(control, ['-D', standby, '-m', 'fast', '-w', 'stop'], as);
    rmSync(standby, { recursive: true, force: true });
  });
  return own;
}

/** Until the standby shows a person whose creation was answered, in milliseconds. */
async function lagOf(api, standby, organization) {
  const name = freshName();
  await api.must('POST', '/Users', personBody(name, name));
  const answered = performance.now();
  for (;;) {
    const { rowCount } = await standby.query(
      'select from users where organization_id = $1 and user_name = $2',
      [organization, name],
    );
    if (rowCount > 0) return performance.now() - answered;
    await sleep(1);
  }
}

/** A streaming standby that answers SQL, and what an API process does that is pointed at it. */
export async function tryReplica(use) {
  if (!use.postgres.embedded) return ['tried with the embedded PostgreSQL only'];
  const { url, directories, seeded } = await startHouse(use, 'bench_replica', [
    ['api', {}],
    ['worker', {}],
  ]);
  const own = await startStandby(use);
  const there = new URL(url);
  there.port = String(own);
  const standby = new pg.Client({ connectionString: there.href });
  standby.on('error', () => {});
  await standby.connect();
  use.stops.push(() => standby.end());
  await standby.query(`select set_config('app.organization_id', $1, false)`, [seeded.organization]);
  const api = new Client(directories[0].base, directories[0].token);
  const lags = [];
  for (let i = 0; i < SAMPLES; i += 1) lags.push(await lagOf(api, standby, seeded.organization));
  api.end();
  await standby.query(`select set_config('app.organization_id', '', false)`);
  const { rows } = await standby.query('select count(*)::int as count from users');
  return [
    `answered on the primary -> seen on the standby: median ${median(lags).toFixed(1)} ms, worst of ${SAMPLES} ${quantile(lags, 1).toFixed(1)} ms`,
    `row-level security holds there: without an organization ${rows[0].count} people are seen`,
    await apiOn(use, there.href, seeded),
  ];
}

async function apiOn({ folder, stops }, url, { apiToken }) {
  const dataDir = path.join(folder, 'bench_replica');
  mkdirSync(dataDir, { recursive: true });
  const settings = {
    NODE_ENV: 'production',
    PUBLIC_URL: 'https://id.bench.example',
    SECRET_KEY: 'x'.repeat(40),
  };
  try {
    const env = { ...settings, DATABASE_URL: url, DATA_DIR: dataDir, ROLE: 'api' };
    const one = await startRollcallProcess('an API process on the standby', env);
    stops.push(() => one.child.stop());
    const client = new Client(one.url, apiToken, {
      contentType: 'application/json',
      headers: 'X-Forwarded-Proto: https\r\n',
    });
    const { status, body } = await client.send('POST', '/graphql', {
      query: '{ users(first: 2) { edges { node { userName } } } }',
    });
    const change = await client.send('POST', '/graphql', {
      query: 'mutation { inviteUser(input: { email: "nobody@bench.example" }) { id } }',
    });
    client.end();
    const what = JSON.stringify(body.errors?.[0]?.message ?? `${body.data?.users.edges.length} people`).slice(
      0,
      160,
    );
    const refusal = `${change.status}: ${change.body.errors?.[0]?.message}`;
    return `an API process on the standby starts; a GraphQL list is answered ${status}: ${what}; a change ${refusal}`;
  } catch (error) {
    return `an API process does not start on the standby: ${error.message.slice(0, 200)}`;
  }
}
