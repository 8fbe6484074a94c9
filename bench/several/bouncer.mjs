import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdtempSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { freePort } from '../machine/redis.mjs';
import { directoryOf, startRollcallProcess, waitingIn } from '../targets/rollcall.mjs';
import { effectsOf, mixedLoad, secondsUntilApplied, summary } from './load.mjs';
import { startHouse } from './processes.mjs';

const NOBODY = 65534;
/** Fewer than the two API processes would open by themselves. */
const SERVER_CONNECTIONS = 6;

async function startBouncer(url, stops) {
  const { port, username, password, pathname } = new URL(url);
  const folder = mkdtempSync(path.join(os.tmpdir(), 'rollcall-pgbouncer-'));
  const listen = await freePort();
  const database = pathname.slice(1);
  writeFileSync(path.join(folder, 'users.txt'), `"${username}" "${password}"\n`);
  writeFileSync(
    path.join(folder, 'pgbouncer.ini'),
    [
      '[databases]',
      `${database} = host=127.0.0.1 port=${port} dbname=${database}`,
      '[pgbouncer]',
      'listen_addr = 127.0.0.1',
      `listen_port = ${listen}`,
      'unix_socket_dir =',
      'auth_type = scram-sha-256',
      `auth_file = ${folder}/users.txt`,
      'pool_mode = transaction',
      'max_prepared_statements = 200',
      `default_pool_size = ${SERVER_CONNECTIONS}`,
      'ignore_startup_parameters = statement_timeout,lock_timeout,idle_in_transaction_session_timeout,options',
      '',
    ].join('\n'),
  );
  const isRoot = process.getuid() === 0;
  if (isRoot) {
    chmodSync(folder, 0o755);
    for (const file of ['.', 'users.txt', 'pgbouncer.ini'])
      chownSync(path.join(folder, file), NOBODY, NOBODY);
  }
  // Like PostgreSQL it does not run as root.
  const child = spawn('pgbouncer', ['-q', path.join(folder, 'pgbouncer.ini')], {
    stdio: 'inherit',
    ...(isRoot && { uid: NOBODY, gid: NOBODY }),
  });
  stops.push(async () => {
    child.kill('SIGTERM');
    if (child.exitCode === null) await once(child, 'exit');
  });
  await sleep(1000);
  const through = new URL(url);
  through.port = String(listen);
  return through.href;
}

/**
 * Two API processes through PgBouncer in transaction mode; the worker, whose queue on PostgreSQL needs LISTEN, goes there
 * directly. The timeouts that the product asks for when it connects cannot travel with a pooled connection, so the role
 * has them.
 */
export async function tryBouncer(use) {
  if (spawnSync('pgbouncer', ['--version']).status !== 0) return ['pgbouncer is not installed: not tried'];
  const house = await startHouse(use, 'bench_bouncer', [['worker', {}]]);
  const role = new URL(house.url).username;
  await house.client.query(`alter role ${role} in database bench_bouncer set statement_timeout = '5s'`);
  await house.client.query(`alter role ${role} in database bench_bouncer set lock_timeout = '2s'`);
  await house.client.query(
    `alter role ${role} in database bench_bouncer set idle_in_transaction_session_timeout = '10s'`,
  );
  const url = await startBouncer(house.url, use.stops);
  const directories = [];
  for (const name of ['api 1', 'api 2']) {
    const env = { DATABASE_URL: url, DATA_DIR: path.join(use.folder, 'bench_bouncer'), ROLE: 'api' };
    const one = await startRollcallProcess(`${name} behind pgbouncer`, env);
    use.stops.push(() => one.child.stop());
    directories.push(directoryOf(one.url, { number: 1, people: 1000 }, house.seeded));
  }
  const load = await mixedLoad({ directories, seconds: use.seconds });
  const waited = await secondsUntilApplied(house.client, directories[0], waitingIn);
  const { active } = await effectsOf(house.client, directories[0], load.group);
  const through = new pg.Client({ connectionString: url });
  await through.connect();
  const { rows } = await through.query(`show statement_timeout`);
  await through.end();
  const [version] = spawnSync('pgbouncer', ['--version'], { encoding: 'utf8' }).stdout.split('\n');
  return [
    `${version}, transaction mode, ${SERVER_CONNECTIONS} server connections for two API processes: ${summary(load)}`,
    `${load.members} members accepted, ${active} in effect after ${waited?.toFixed(1)} s; statement_timeout there is ${rows[0].statement_timeout}`,
  ];
}
