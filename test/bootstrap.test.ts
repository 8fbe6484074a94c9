import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { sourceStamp } from '../src/cli/bootstrap-build.mjs';
import { installStamp, satisfiesLock } from '../src/cli/bootstrap-install.mjs';
import { NODE_FLAGS } from '../src/cli/bootstrap-node-flags.mjs';
import { chooseNode } from '../src/cli/bootstrap-run.mjs';
import { explainFile, explainInstall } from '../src/cli/bootstrap-sentences.mjs';
import { isProcessAlive } from '../src/embedded/folder-lock.mjs';
import { type KeptFolder, keepFolder } from './support/keep.js';
import { ScratchClone } from './support/scratch-clone.js';

test('a Node that is too old gets a sentence, not a syntax error', () => {
  const pretend = `Object.defineProperty(process, 'version', { value: 'v16.20.2' });
    Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '16.20.2' } });`;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(pretend)}`, 'src/cli/bootstrap.mjs', 'demo'],
    { encoding: 'utf8' },
  );
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(/^Rollcall needs Node\.js 20 or newer to start, and this is v16\.20\.2\. .*\n$/);
});

test('an image starts Node as `npm start` does', () => {
  const [, command = '[]'] = /^CMD (\[.*\])$/m.exec(fs.readFileSync('Dockerfile', 'utf8')) ?? [];
  expect(JSON.parse(command)).toEqual(['node', ...NODE_FLAGS, 'dist/src/main.js']);
});

describe('sentences for a failed installation', () => {
  test.each([
    [
      'no network',
      'npm error code ENOTFOUND\nnpm error request to https://registry.example/x failed',
      /registry cannot be reached/,
    ],
    ['offline and not cached', 'npm error code ENOTCACHED', /registry cannot be reached/],
    [
      'a cache of somebody else',
      'npm error code EACCES\nnpm error path /root/.npm/_cacache',
      /No permission to write \/root\/\.npm\/_cacache\./,
    ],
    ['read-only disk', 'npm error code EROFS', /No permission/],
    ['full disk', 'npm warn tar TAR_ENTRY_ERROR ENOSPC: no space left on device, write', /too full/],
    [
      'registry wants a login',
      'npm error code E401\nnpm error Unable to authenticate',
      /refused the download/,
    ],
    ['unknown certificate authority', 'npm error code SELF_SIGNED_CERT_IN_CHAIN', /NODE_EXTRA_CA_CERTS/],
    ['stale lockfile', 'npm error code EUSAGE', /disagree/],
  ])('%s', (_, output, sentence) => expect(explainInstall(output, '/clone')).toMatch(sentence));

  test('anything else is left to npm itself', () =>
    expect(explainInstall('npm error weird', '/clone')).toBeNull());

  test('our own files', () => {
    expect(explainFile({ code: 'EACCES', path: '/clone/.bootstrap' }, '/clone')).toMatch(
      /write \/clone\/\.bootstrap\./,
    );
    expect(explainFile({ code: 'ENOSPC' }, '/clone')).toMatch(/full/);
    expect(explainFile(new TypeError('a bug'), '/clone')).toBeNull();
  });
});

test('Node 24 is the running one, else the installed one, else none', () => {
  expect(chooseNode('v24.0.1', '/usr/bin/node', '/bin/node', () => true)).toBe('/usr/bin/node');
  expect(chooseNode('v26.1.0', '/usr/bin/node', '/bin/node', () => false)).toBe('/usr/bin/node');
  expect(chooseNode('v20.9.0', '/usr/bin/node', '/bin/node', () => true)).toBe('/bin/node');
  expect(chooseNode('v22.9.0', '/usr/bin/node', '/bin/node', () => false)).toBeNull();
});

test('an installation made by hand counts when it is what the lockfile asks for', () => {
  const lock = JSON.stringify({
    packages: {
      '': {},
      'node_modules/a': { version: '1.0.0', integrity: 'x' },
      'node_modules/b': { version: '1.0.0', optional: true },
    },
  });
  const installed = (packages: object): string => JSON.stringify({ packages });
  expect(satisfiesLock(lock, installed({ 'node_modules/a': { version: '1.0.0', integrity: 'x' } }))).toBe(
    true,
  );
  expect(satisfiesLock(lock, installed({ 'node_modules/a': { version: '1.0.1', integrity: 'y' } }))).toBe(
    false,
  );
  expect(satisfiesLock(lock, installed({ 'node_modules/b': { version: '1.0.0' } }))).toBe(false);
  expect(installStamp(lock)).not.toBe(installStamp(`${lock} `));
});

let kept: KeptFolder;
let clone: ScratchClone;

const useScratchClone = (): void => {
  beforeEach(() => {
    kept = keepFolder('bootstrap');
    clone = new ScratchClone(kept.folder);
  });
  afterEach(() => kept.end());
};

describe('the build', () => {
  useScratchClone();

  test('the source stamp follows names and contents, not times', () => {
    const stamp = sourceStamp(clone.root);
    const main = path.join(clone.root, 'src/main.ts');
    fs.utimesSync(main, new Date(), new Date(Date.now() + 60_000));
    expect(sourceStamp(clone.root)).toBe(stamp);
    fs.renameSync(main, path.join(clone.root, 'src/other.ts'));
    expect(sourceStamp(clone.root)).not.toBe(stamp);
  });
});

describe('a run', () => {
  useScratchClone();

  test('installs, compiles, passes arguments, standard output and the exit code; the second time nothing is to do', async () => {
    const first = await clone.bootstrap(['cli', '7', 'a b', '--json']).outcome;
    expect([first.code, first.stdout]).toEqual([7, '["a b","--json"]\n']);
    expect(first.stderr).toMatch(/installing the dependencies[\s\S]*compiling/);
    const second = await clone.bootstrap(['cli', '0']).outcome;
    expect([second.code, second.stdout, second.stderr]).toEqual([0, '[]\n', '']);
    expect(clone.calls()).toEqual(['npm ci', 'tsc']);
  });

  test('compiles again when a source changed', async () => {
    await clone.bootstrap(['build']).outcome;
    fs.appendFileSync(path.join(clone.root, 'src/cli/cli.ts'), '// changed\n');
    await clone.bootstrap(['build']).outcome;
    expect(clone.calls()).toEqual(['npm ci', 'tsc', 'tsc']);
    expect(fs.readFileSync(path.join(clone.root, 'dist/src/cli/cli.js'), 'utf8')).toContain('// changed');
  });

  test('a stack names the sources where they are, not where the compiler worked', async () => {
    await clone.bootstrap(['build']).outcome;
    const named = fs.readFileSync(path.join(clone.root, 'source-root.log'), 'utf8');
    expect(named).toBe(pathToFileURL(`${fs.realpathSync(clone.root)}/`).href);
  });

  test('three at once install and compile once', async () => {
    const runs = await Promise.all(['1', '2', '3'].map((code) => clone.bootstrap(['cli', code]).outcome));
    expect(runs.map(({ code }) => code)).toEqual([1, 2, 3]);
    expect(clone.calls()).toEqual(['npm ci', 'tsc']);
  });

  test('a failed installation says why on standard error, and the next run tries again', async () => {
    const failed = await clone.bootstrap(['cli', '0'], { FAKE_NPM_ERROR: 'npm error code ENOTFOUND' })
      .outcome;
    expect([failed.code, failed.stdout]).toEqual([1, '']);
    expect(failed.stderr).toMatch(/npm error code ENOTFOUND[\s\S]*The npm registry cannot be reached/);
    expect((await clone.bootstrap(['cli', '0']).outcome).code).toBe(0);
  });

  test('a production image starts without npm and without a compiler', async () => {
    await clone.bootstrap(['build']).outcome;
    fs.rmSync(path.join(clone.root, 'node_modules/typescript'), { recursive: true });
    fs.rmSync(path.join(clone.root, 'src/main.ts'));
    expect((await clone.bootstrap(['cli', '0']).outcome).code).toBe(0);
    expect(clone.calls()).toEqual(['npm ci', 'tsc']);
  });

  test('an unknown command lists the known ones', async () => {
    const { code, stderr } = await clone.bootstrap(['fly']).outcome;
    expect(code).toBe(1);
    expect(stderr).toMatch(/There is no command 'fly'\. One of: demo, start/);
  });
});

describe('signals', () => {
  useScratchClone();

  test('however often Ctrl-C arrives, the program hears of it once and its exit code counts', async () => {
    const { child, outcome, printed } = clone.bootstrap(['start']);
    await printed(/ready (\d+)/);
    for (let times = 0; times < 3; times++) {
      child.kill('SIGINT');
      await sleep(50);
    }
    expect(await outcome).toMatchObject({ code: 3, stdout: expect.stringMatching(/SIGINT 1\n$/) });
  });

  test('a program that dies of a signal makes the bootstrap die of it', async () => {
    expect(await clone.bootstrap(['cli', 'SIGTERM']).outcome).toMatchObject({
      code: null,
      signal: 'SIGTERM',
    });
  });

  test('kill -9 of the bootstrap ends the program in an orderly way', async () => {
    const { child, outcome, printed } = clone.bootstrap(['start']);
    const pid = Number((await printed(/ready (\d+)/))[1]);
    child.kill('SIGKILL');
    expect((await outcome).stdout).toMatch(/SIGTERM 1\n$/);
    for (let wait = 0; isProcessAlive(pid) && wait < 50; wait++) await sleep(20);
    expect(isProcessAlive(pid)).toBe(false);
  });
});
