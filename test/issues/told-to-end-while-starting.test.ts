import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { findPostmaster } from '../../src/embedded/postmaster.js';
import { readState } from '../../src/embedded/state.js';
import { type KeptFolder, keepFolder } from '../support/keep.js';

let kept: KeptFolder;
beforeEach(() => {
  kept = keepFolder('told');
});
afterEach(() => kept.end());

const HOOKS = ['--import', './test/support/typescript-hooks.mjs'];

/** Runs a program on a new data folder, tells it to end as soon as its PostgreSQL runs, and says what became of both. */
async function toldAtStart(signal: NodeJS.Signals, ...program: string[]) {
  const dataDir = path.join(kept.folder, 'data');
  const { DATABASE_URL: _, REDIS_URL: __, ...environment } = process.env;
  const child = spawn(process.execPath, [...HOOKS, ...program], {
    env: { ...environment, DATA_DIR: dataDir, PORT: '0', NODE_ENV: 'development' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    if (text.includes('PostgreSQL started')) child.kill(signal);
  });
  const [code, endedBy] = (await once(child, 'close')) as [number | null, string | null];
  const cluster = path.join(readState(dataDir)?.relocated ?? dataDir, 'postgres');
  return { code, endedBy, said, server: findPostmaster(cluster) };
}

// The signals were listened to from `ready` on only: a Ctrl-C before that ended the process at once, and its PostgreSQL,
// which no Ctrl-C reaches, ran on without anybody to stop it.
it('a process that is told to end while it starts stops its embedded PostgreSQL', async () => {
  const ended = await toldAtStart('SIGINT', 'src/main.ts');
  expect(ended.server).toBeNull();
  expect(ended).toMatchObject({
    code: 0,
    endedBy: null,
    said: expect.stringContaining('PostgreSQL stopped'),
  });
}, 60_000);

it('migrating that is told to end stops its embedded PostgreSQL', async () => {
  const ended = await toldAtStart('SIGTERM', 'src/cli/migrate.ts');
  expect(ended.server).toBeNull();
  expect(ended.said).toContain('PostgreSQL stopped');
}, 60_000);
