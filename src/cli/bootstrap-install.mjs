import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { withFolderLock } from '../embedded/folder-lock.mjs';
import { capture } from './bootstrap-process.mjs';
import { progress, say } from './bootstrap-progress.mjs';
import { diskFull, explainInstall, isNetworkFailure, NO_NPM, Refusal } from './bootstrap-sentences.mjs';

const text = (...parts) => {
  try {
    return fs.readFileSync(path.join(...parts), 'utf8');
  } catch {
    return null;
  }
};

/** Where locks and half-made things live. It ignores itself, so the clone stays clean. */
export function workFolder(root) {
  const folder = path.join(root, '.bootstrap');
  if (!fs.existsSync(path.join(folder, '.gitignore'))) {
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, '.gitignore'), '*\n');
  }
  return folder;
}

/** Names what has to be installed: this lockfile, on this kind of machine. */
export const installStamp = (lockfile) =>
  `${createHash('sha256').update(lockfile).digest('hex')} ${process.platform}-${process.arch}\n`;

/**
 * Whether what npm says it installed (`node_modules/.package-lock.json`) is what the lockfile asks for: then somebody ran
 * npm by hand and there is nothing to do. Optional packages may be missing: most are for other platforms.
 */
export function satisfiesLock(lockfile, installed) {
  const wanted = JSON.parse(lockfile).packages;
  const present = JSON.parse(installed).packages;
  return Object.entries(wanted).every(([name, { version, integrity, optional }]) => {
    if (name === '') return true;
    const found = present[name];
    return found ? found.version === version && found.integrity === integrity : optional === true;
  });
}

const stampFile = (root) => path.join(root, 'node_modules', '.rollcall-stamp');

/** A production image: built, and installed without what building needs. There is nothing to install or to build. */
export const isProductionImage = (root) =>
  fs.existsSync(path.join(root, 'dist', '.stamp')) &&
  fs.existsSync(path.join(root, 'node_modules', '.package-lock.json')) &&
  !fs.existsSync(path.join(root, 'node_modules', 'typescript'));

function isInstalled(root, lockfile) {
  if (text(stampFile(root)) === installStamp(lockfile)) return true;
  const installed = text(root, 'node_modules', '.package-lock.json');
  if (installed === null || !satisfiesLock(lockfile, installed)) return false;
  try {
    fs.writeFileSync(stampFile(root), installStamp(lockfile));
  } catch {
    // A read-only node_modules is compared again next time.
  }
  return true;
}

/** npm tells its scripts where it is; a bootstrap that is run by hand looks on PATH. */
const npmCommand = () => {
  const script = process.env.npm_execpath ?? '';
  return path.basename(script) === 'npm-cli.js' && fs.existsSync(script)
    ? [process.execPath, script]
    : ['npm'];
};

const NPM_CI = [
  'ci',
  '--ignore-scripts',
  '--no-audit',
  '--no-fund',
  // The caller's environment must not decide what is installed or what we get to read when it fails.
  '--include=dev',
  '--include=optional',
  '--engine-strict=false',
  // npm goes on after a file it could not unpack (disk full) and mentions it as a warning.
  '--loglevel=warn',
];

const PING = ['ping', '--fetch-retries=0', '--loglevel=error'];
const PING_MS = 15_000;

/**
 * Without a network `npm ci` asks for every package in vain, for minutes. One question first, and then either the network
 * or the cache alone: a warm cache installs offline, a cold one says so within seconds.
 */
async function npmCi(root, onStart) {
  const [command, ...script] = npmCommand();
  const npm = (args, options) => capture(command, [...script, ...args], { cwd: root, ...options });
  const ping = await npm(PING, { timeoutMs: PING_MS });
  const offline = ping.timedOut || isNetworkFailure(ping.output);
  return npm([...NPM_CI, offline ? '--offline' : '--prefer-offline'], { onStart });
}

/** What node_modules takes, with some room for the build and the first data. */
const NEEDED_BYTES = 700_000_000;

function checkSpace(root) {
  if (fs.existsSync(path.join(root, 'node_modules'))) return;
  const { bavail, bsize } = fs.statfsSync(root);
  if (bavail * bsize < NEEDED_BYTES) throw new Refusal(diskFull(root, bavail * bsize));
}

/** Installs the dependencies unless they are there. One process at a time; the others wait and find it done. */
export async function ensureInstalled(root) {
  const lockfile = text(root, 'package-lock.json');
  if (lockfile === null)
    throw new Refusal(`There is no package-lock.json in ${root}: the clone is incomplete.`);
  if (isInstalled(root, lockfile)) return;
  const lock = path.join(workFolder(root), 'install.lock');
  await withFolderLock(
    lock,
    async (held) => {
      if (isInstalled(root, lockfile)) return;
      checkSpace(root);
      fs.rmSync(stampFile(root), { force: true });
      const done = progress('installing the dependencies (npm ci)');
      const result = await npmCi(root, held.addProcess);
      if (result.error)
        throw new Refusal(result.error.code === 'ENOENT' ? NO_NPM : `npm: ${result.error.message}`);
      if (result.code !== 0 || result.output.includes('TAR_ENTRY_ERROR')) {
        // npm's own mark of a complete installation.
        fs.rmSync(path.join(root, 'node_modules', '.package-lock.json'), { force: true });
        process.stderr.write(`\n${result.output}`);
        throw new Refusal(explainInstall(result.output, root) ?? 'npm ci failed; its own words are above.');
      }
      done();
      fs.writeFileSync(stampFile(root), installStamp(lockfile));
    },
    (pid) => say(`waiting for process ${pid}, which is installing the dependencies`),
  );
}
