import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isProcessAlive } from './folder-lock.mjs';

/** A running server, as its `postmaster.pid` describes it. */
export interface Postmaster {
  pid: number;
  port: number;
  /** `starting`, `ready`, `stopping` or `standby`. */
  status: string;
}

const STOP_DEADLINE_MS = 60_000;
const POLL_MS = 20;

const pidFile = (cluster: string): string => path.join(cluster, 'postmaster.pid');

/**
 * Whether a process id still means the server of this folder: after a reboot the same number may be anybody. A server works
 * inside its data folder; where the system does not tell that, having PostgreSQL's name has to do.
 */
function isServerOf(pid: number, cluster: string): boolean {
  if (!isProcessAlive(pid)) return false;
  if (process.platform === 'linux') {
    try {
      return fs.readlinkSync(`/proc/${pid}/cwd`) === fs.realpathSync(cluster);
    } catch {
      return false;
    }
  }
  try {
    return /postgres/.test(execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }));
  } catch {
    return false;
  }
}

/** The live server of a folder, or null. Says nothing about whether it accepts connections yet. */
export function findPostmaster(cluster: string): Postmaster | null {
  let lines: string[];
  try {
    lines = fs.readFileSync(pidFile(cluster), 'utf8').split('\n');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 1 || !isServerOf(pid, cluster)) return null;
  return { pid, port: Number(lines[3]), status: (lines[7] ?? 'starting').trim() };
}

/**
 * Removes a pid file whose number now belongs to some other living process. PostgreSQL clears the file of a dead process by
 * itself, but refuses to start while the number is alive.
 */
export function removeForeignPidFile(cluster: string): void {
  if (!fs.existsSync(pidFile(cluster)) || findPostmaster(cluster)) return;
  const pid = Number(fs.readFileSync(pidFile(cluster), 'utf8').split('\n')[0]);
  if (isProcessAlive(Math.abs(pid))) fs.rmSync(pidFile(cluster), { force: true });
}

/** Waits until a process is gone; false when it is still there at the deadline. */
export async function waitForExit(pid: number, deadlineMs: number): Promise<boolean> {
  const end = performance.now() + deadlineMs;
  while (isProcessAlive(pid)) {
    if (performance.now() > end) return false;
    await sleep(POLL_MS);
  }
  return true;
}

/**
 * Fast shutdown: open transactions are rolled back, a checkpoint is written, and the promise resolves when the process is
 * gone. A server that is not done after 60 s is told to stop at once; it recovers from its log at the next start.
 */
export async function stopPostmaster(pid: number): Promise<void> {
  const send = (signal: NodeJS.Signals): void => {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  };
  send('SIGINT');
  if (await waitForExit(pid, STOP_DEADLINE_MS)) return;
  send('SIGQUIT');
  await waitForExit(pid, STOP_DEADLINE_MS);
}
