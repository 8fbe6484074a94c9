import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

// `node keeper.mjs FOLDER [COMMAND ARGS...]`: keeps a throw-away folder, and a server in it, for as long as somebody holds
// the other end of its standard input. A pipe closes however its holder ends, kill -9 included; then the keeper stops the
// command and any PostgreSQL below the folder, deletes the folder and ends. It runs in a session of its own, so Ctrl-C
// reaches the holder and not the keeper.

const [folder, command, ...args] = process.argv.slice(2);
const child = command ? spawn(command, args, { stdio: 'ignore' }) : null;
const childEnded = child
  ? new Promise((resolve) => child.once('exit', resolve).once('error', resolve))
  : null;

/** PostgreSQL may have had to live outside of a folder that its user cannot enter (see `src/embedded/place.ts`). */
const folders = () => {
  const states = fs.globSync('**/postgres.json', { cwd: folder }).map((file) => path.join(folder, file));
  const relocated = states.map((file) => JSON.parse(fs.readFileSync(file, 'utf8')).relocated);
  return [folder, ...relocated.filter((place) => place?.startsWith('/var/tmp/rollcall-'))];
};

const postmasterPids = () =>
  folders()
    .flatMap((root) => fs.globSync('**/postmaster.pid', { cwd: root }).map((file) => path.join(root, file)))
    .map((file) => Number(fs.readFileSync(file, 'utf8').split('\n')[0]))
    .filter((pid) => pid > 1);

const isAlive = (pid) => {
  try {
    process.kill(pid, 0);
    return (
      !fs.existsSync(`/proc/${pid}/stat`) || !/\) [ZX]/.test(fs.readFileSync(`/proc/${pid}/stat`, 'latin1'))
    );
  } catch {
    return false;
  }
};

/** The data is thrown away, so nothing is worth a clean shutdown: SIGQUIT for PostgreSQL, SIGKILL for the rest. */
async function end() {
  child?.kill('SIGKILL');
  await childEnded;
  const pids = postmasterPids();
  for (const pid of pids) {
    if (isAlive(pid)) process.kill(pid, 'SIGQUIT');
  }
  for (const started = Date.now(); pids.some(isAlive) && Date.now() - started < 10_000; ) await sleep(20);
  for (const place of folders()) fs.rmSync(place, { recursive: true, force: true, maxRetries: 5 });
  process.exit(0);
}

process.stdin.resume().on('close', end).on('error', end);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end);
