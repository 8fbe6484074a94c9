import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

// Plain JavaScript because the bootstrap uses it before anything is compiled; `folder-lock.d.mts` types it for the rest.

const POLL_MS = 100;
/** A shorter wait is not worth a line. */
const NOTICE_MS = 1_000;
const HEARTBEAT_MS = 2_000;
/** An owner that cannot be looked up (another machine or container) counts as gone after this long without a heartbeat. */
const SILENCE_MS = 30_000;
/** Taking over a dead owner's lock takes milliseconds; a take-over older than this died half-way. */
const TAKEOVER_MS = 10_000;

/** Process ids mean something only on the same machine and in the same process namespace. */
const here = () => {
  try {
    return `${os.hostname()} ${fs.readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return os.hostname();
  }
};

/** Whether a process exists and has not ended; a zombie has ended. */
export function isProcessAlive(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch {
    // No /proc, or it ended between the two looks: the first look stands where there is no /proc.
    return !fs.existsSync('/proc/self/stat');
  }
}

const read = (folder) => {
  try {
    const text = fs.readFileSync(path.join(folder, 'owner.json'), 'utf8');
    return { text, beat: fs.statSync(folder).mtimeMs, ...JSON.parse(text) };
  } catch {
    return null;
  }
};

const prepare = (folder, owner) => {
  const draft = `${folder}.${randomUUID()}`;
  fs.mkdirSync(draft);
  fs.writeFileSync(path.join(draft, 'owner.json'), JSON.stringify(owner));
  return draft;
};

/** A rename onto a folder that holds a file fails, so exactly one draft becomes the lock. */
const tryAcquire = (folder, owner) => {
  if (fs.existsSync(folder)) return false;
  const draft = prepare(folder, owner);
  try {
    fs.renameSync(draft, folder);
    return true;
  } catch (error) {
    fs.rmSync(draft, { recursive: true, force: true });
    if (['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(error.code) && fs.existsSync(folder)) return false;
    throw error;
  }
};

const discard = (folder) => {
  const away = `${folder}.${randomUUID()}`;
  fs.renameSync(folder, away);
  fs.rmSync(away, { recursive: true, force: true });
};

/** Removes the lock of a dead owner. A second folder makes sure that nobody removes the lock of the next owner instead. */
const takeOver = (folder, seen) => {
  const guard = `${folder}.takeover`;
  try {
    fs.mkdirSync(guard);
  } catch {
    const stat = fs.statSync(guard, { throwIfNoEntry: false });
    if (stat && Date.now() - stat.mtimeMs > TAKEOVER_MS) fs.rmSync(guard, { recursive: true, force: true });
    return;
  }
  try {
    if (fs.existsSync(folder) && (read(folder)?.text ?? null) === seen) discard(folder);
  } finally {
    fs.rmSync(guard, { recursive: true, force: true });
  }
};

/** Describes when an owner was last seen to move, judged by this process's own clock alone. */
const watcher = () => {
  let last = '';
  let since = performance.now();
  return (owner) => {
    const now = `${owner?.text} ${owner?.beat}`;
    if (now !== last) {
      last = now;
      since = performance.now();
    }
    return performance.now() - since > SILENCE_MS;
  };
};

export async function withFolderLock(folder, work, onWait) {
  const owner = { pids: [process.pid], where: here(), token: randomUUID() };
  const isSilent = watcher();
  const start = performance.now();
  let told = false;
  while (!tryAcquire(folder, owner)) {
    const other = read(folder);
    const dead = other?.where === owner.where && other.pids.every((pid) => !isProcessAlive(pid));
    if (dead || (isSilent(other) && fs.existsSync(folder))) {
      takeOver(folder, other?.text ?? null);
    } else {
      if (!told && other && performance.now() - start > NOTICE_MS) {
        onWait?.(other.pids[0]);
        told = true;
      }
      await sleep(POLL_MS);
    }
  }
  const heartbeat = setInterval(() => {
    const now = new Date();
    fs.utimes(folder, now, now, () => {});
  }, HEARTBEAT_MS);
  heartbeat.unref();
  const addProcess = (pid) => {
    owner.pids.push(pid);
    const draft = path.join(folder, `owner.${process.pid}`);
    fs.writeFileSync(draft, JSON.stringify(owner));
    fs.renameSync(draft, path.join(folder, 'owner.json'));
  };
  try {
    return await work({ addProcess });
  } finally {
    clearInterval(heartbeat);
    if (read(folder)?.token === owner.token) discard(folder);
  }
}
