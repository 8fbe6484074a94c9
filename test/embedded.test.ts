import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type EmbeddedPostgres, openEmbeddedPostgres } from '../src/embedded/postgres.js';
import { findPostmaster, waitForExit } from '../src/embedded/postmaster.js';
import { resetEmbeddedPostgres } from '../src/embedded/remove.js';
import { readState } from '../src/embedded/state.js';
import { type KeptFolder, keepFolder } from './support/keep.js';

interface Opened {
  child: ChildProcess;
  url: string;
  started: boolean;
  error?: string;
}

let seed: KeptFolder;
let kept: KeptFolder;
let dataDir: string;
const log: string[] = [];

beforeAll(async () => {
  seed = keepFolder('embedded');
  await (await open(path.join(seed.folder, 'data'))).release();
});
afterAll(() => seed.end());

beforeEach(() => {
  kept = keepFolder('embedded');
  dataDir = path.join(kept.folder, 'data');
  log.length = 0;
});
afterEach(() => kept.end());

const open = (folder = dataDir): Promise<EmbeddedPostgres> =>
  openEmbeddedPostgres({
    dataDir: folder,
    durable: false,
    settings: { fsync: 'off' },
    log: (message) => log.push(message),
  });

/** A folder that was used before: a copy is quicker than making a cluster. */
const useOldFolder = (): void => {
  beforeEach(() => {
    spawnSync('cp', ['-a', path.join(seed.folder, 'data'), dataDir]);
  });
};

const cluster = (folder = dataDir): string => path.join(readState(folder)?.relocated ?? folder, 'postgres');

const server = (): number | undefined => findPostmaster(cluster())?.pid;

async function openInChild(folder = dataDir): Promise<Opened> {
  const child = spawn(
    process.execPath,
    ['--import', './test/support/typescript-hooks.mjs', 'test/support/embedded-child.ts', folder],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const [line] = await once(child.stdout, 'data');
  return { child, ...(JSON.parse(String(line)) as Omit<Opened, 'child'>) };
}

async function leave({ child }: Opened): Promise<void> {
  child.stdin?.end();
  if (child.exitCode === null) await once(child, 'exit');
}

async function query<T extends pg.QueryResultRow>(url: string, text: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<T>(text)).rows;
  } finally {
    await client.end();
  }
}

describe('first use', () => {
  test('makes a durable UTF-8 cluster on loopback whose role is no superuser, and leaves nothing running', async () => {
    const postgres = await openEmbeddedPostgres({ dataDir, log: (message) => log.push(message) });
    expect(postgres.started).toBe(true);
    const [settings] = await query(
      postgres.url,
      `select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit,
              current_setting('max_connections') as connections, current_setting('listen_addresses') as listens,
              current_setting('server_encoding') as encoding, current_setting('server_version_num')::int / 10000 as major,
              (select datlocale from pg_database where datname = current_database()) as locale,
              (select pg_get_userbyid(datdba) from pg_database where datname = current_database()) as owner,
              (select rolsuper or rolbypassrls from pg_roles where rolname = current_user) as mighty`,
    );
    expect(settings).toEqual({
      fsync: 'on',
      commit: 'on',
      connections: '100',
      listens: '127.0.0.1',
      encoding: 'UTF8',
      major: 18,
      locale: 'C.UTF-8',
      owner: 'rollcall',
      mighty: false,
    });
    expect(new URL(postgres.url).hostname).toBe('127.0.0.1');
    expect(fs.statSync(path.join(dataDir, 'postgres.json')).mode & 0o777).toBe(0o600);
    const pid = server();
    await Promise.all([postgres.release(), postgres.release()]);
    expect(pid).toBeGreaterThan(1);
    expect(server()).toBeUndefined();
    expect(log.at(-1)).toBe('PostgreSQL stopped');
  });

  test('keeps data, password and port for the next start', async () => {
    const first = await open();
    await query(first.url, 'create table kept as select 42 as answer');
    await first.release();
    const second = await open();
    expect(second).toMatchObject({ started: true, url: first.url });
    expect(await query(second.url, 'select answer from kept')).toEqual([{ answer: 42 }]);
    await second.release();
  });

  test('four processes at once: one starts it, all use the same one', async () => {
    const opened = await Promise.all([1, 2, 3, 4].map(() => openInChild()));
    expect(opened.map(({ started }) => started).sort()).toEqual([false, false, false, true]);
    expect(new Set(opened.map(({ url }) => url)).size).toBe(1);
    await Promise.all(opened.map(leave));
    expect(server()).toBeUndefined();
  });
});

describe('the last one out turns off the light', () => {
  useOldFolder();

  test('whoever started it may leave first', async () => {
    const first = await openInChild();
    const second = await open();
    expect([first.started, second.started]).toEqual([true, false]);
    await leave(first);
    expect(await query(second.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    await second.release();
    expect(server()).toBeUndefined();
  });

  test('a client that is no Rollcall keeps it running too', async () => {
    const postgres = await open();
    const client = new pg.Client({ connectionString: postgres.url });
    client.on('error', () => {});
    await client.connect();
    await postgres.release();
    expect(log.at(-1)).toBe('PostgreSQL keeps running for 1 other client');
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await client.end();
  });
});

describe('after kill -9', () => {
  useOldFolder();

  test('the server of a killed process is found, used and stopped by the next one', async () => {
    const killed = await openInChild();
    const pid = server();
    killed.child.kill('SIGKILL');
    await once(killed.child, 'exit');
    const next = await open();
    expect([next.started, server()]).toEqual([false, pid]);
    await next.release();
    expect(server()).toBeUndefined();
  });

  test('a server that dies under its users is started again for them', async () => {
    const postgres = await open();
    const pid = server() ?? 0;
    process.kill(pid, 'SIGKILL');
    await waitForExit(pid, 5_000);
    while (!log.includes('PostgreSQL had died and was started again')) await sleep(50);
    expect(await query(postgres.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    await postgres.release();
    expect(server()).toBeUndefined();
  });

  test('a killed server starts again, even when its number belongs to another process by now', async () => {
    const killed = await openInChild();
    await query(killed.url, 'create table kept as select 42 as answer');
    killed.child.kill('SIGKILL');
    const pid = server() ?? 0;
    process.kill(pid, 'SIGKILL');
    await waitForExit(pid, 5_000);
    const pidFile = path.join(cluster(), 'postmaster.pid');
    fs.writeFileSync(pidFile, fs.readFileSync(pidFile, 'utf8').replace(/^\d+/, String(process.pid)));
    const next = await open();
    expect(next.started).toBe(true);
    expect(await query(next.url, 'select answer from kept')).toEqual([{ answer: 42 }]);
    await next.release();
  });
});

describe('folders that are not as they should be', () => {
  test('a copy of a folder in use gets its own server', async () => {
    const original = await open();
    const copy = path.join(kept.folder, 'copy');
    fs.mkdirSync(copy);
    fs.cpSync(path.join(dataDir, 'postgres.json'), path.join(copy, 'postgres.json'));
    const other = await open(copy);
    expect(other.started).toBe(true);
    expect(other.url).not.toBe(original.url);
    await other.release();
    await original.release();
  });

  test.each([
    [
      'another major version',
      () => fs.writeFileSync(path.join(cluster(), 'PG_VERSION'), '17\n'),
      /written by PostgreSQL 17, and this is PostgreSQL 18\./,
    ],
    [
      'a replaced password file',
      () =>
        fs.writeFileSync(
          path.join(dataDir, 'postgres.json'),
          JSON.stringify({ ...readState(dataDir), adminPassword: 'x' }),
        ),
      /does not accept the password in postgres\.json/,
    ],
    [
      'a damaged password file',
      () => fs.writeFileSync(path.join(dataDir, 'postgres.json'), '{'),
      /postgres\.json is damaged/,
    ],
  ])('%s is refused with a sentence, and a reset mends it', async (_, damage, sentence) => {
    spawnSync('cp', ['-a', path.join(seed.folder, 'data'), dataDir]);
    damage();
    await expect(open()).rejects.toThrow(sentence);
    await resetEmbeddedPostgres(dataDir);
    const fresh = await open();
    expect(fresh.started).toBe(true);
    await fresh.release();
  });

  test('a file where the folder should be', async () => {
    fs.writeFileSync(dataDir, '');
    await expect(open()).rejects.toThrow(/DATA_DIR must be a folder/);
  });
});

describe('reset', () => {
  useOldFolder();

  test('is refused while another process uses the database', async () => {
    const other = await openInChild();
    await expect(resetEmbeddedPostgres(dataDir)).rejects.toThrow(`in use by process ${other.child.pid}`);
    expect(await query(other.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    await leave(other);
  });

  test('stops an orphan and deletes the data', async () => {
    const killed = await openInChild();
    const pid = server() ?? 0;
    killed.child.kill('SIGKILL');
    await once(killed.child, 'exit');
    await resetEmbeddedPostgres(dataDir);
    expect(await waitForExit(pid, 0)).toBe(true);
    expect(fs.readdirSync(dataDir)).toEqual([]);
  });
});

const onlyAsRoot = process.getuid?.() === 0 ? test : test.skip;

onlyAsRoot(
  'as root in a folder that nobody else can enter: the data moves where it can be, and a reset finds it',
  async () => {
    fs.chmodSync(kept.folder, 0o700);
    const postgres = await open();
    const outside = readState(dataDir)?.relocated ?? '';
    expect(outside).toMatch(/^\/var\/tmp\/rollcall-[0-9a-f]{16}$/);
    expect(log[0]).toBe(
      `the database lives in ${outside}: PostgreSQL refuses to run as root, and nobody cannot enter ${dataDir}`,
    );
    expect(fs.statSync(path.join(outside, 'postgres')).uid).not.toBe(0);
    expect(fs.statSync(kept.folder).mode & 0o777).toBe(0o700);
    await postgres.release();
    await resetEmbeddedPostgres(dataDir);
    expect([fs.existsSync(outside), fs.readdirSync(dataDir)]).toEqual([false, []]);
  },
);
