import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';

/** The product promises to stop within 10 s; what is still there after this is stuck. */
const GRACE_MS = 30_000;
const ORPHAN_POLL_MS = 500;

/** The child that runs now, and the first signal that arrived: later ones are echoes and are not passed on. */
let current = null;
let received = null;

function deliver({ child, group }, signal) {
  try {
    process.kill(group ? -child.pid : child.pid, signal);
  } catch {
    // It ended by itself meanwhile.
  }
}

/**
 * One Ctrl-C arrives several times: from the terminal to the whole foreground group, and again from npm. The child lives in
 * a group of its own and hears of it once, from us, so nothing interrupts its orderly end. A closed terminal counts as
 * SIGTERM.
 */
function onSignal(name) {
  if (received) return;
  received = name === 'SIGHUP' ? 'SIGTERM' : name;
  if (!current) exitBy(received);
  deliver(current, received);
  setTimeout(() => current && deliver({ ...current, group: true }, 'SIGKILL'), GRACE_MS).unref();
}

/** Ends this process the way the signal would have, so that the caller sees a signal and not a code. */
function exitBy(signal) {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  process.exit(128 + (os.constants.signals[signal] ?? 0));
}

/** The shell that npm starts a script with does not always make way for it; then npm is one generation further up. */
function parentOfShell(pid) {
  try {
    const [, name, rest] = /\((.*)\) (.*)/.exec(fs.readFileSync(`/proc/${pid}/stat`, 'latin1'));
    return /^(sh|dash|bash|ash|busybox)$/.test(name) ? Number(rest.split(' ')[1]) : null;
  } catch {
    return null;
  }
}

/** Takes over the signals, and notices when the npm that started us is gone without a word (kill -9). */
export function watchSignals() {
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => onSignal(name));
  if (!process.env.npm_lifecycle_event) return;
  const parent = process.ppid;
  const npm = parentOfShell(parent);
  const isGone = () => process.ppid !== parent || (npm !== null && parentOfShell(parent) !== npm);
  setInterval(() => isGone() && onSignal('SIGTERM'), ORPHAN_POLL_MS).unref();
}

function start(command, args, { cwd, env, stdio, group }) {
  const child = spawn(command, args, { cwd, env, stdio, detached: true });
  const entry = { child, group };
  if (child.pid !== undefined) current = entry;
  const ended = new Promise((resolve) => {
    child.once('error', (error) => resolve({ error }));
    // Whatever the child left in its group would outlive the command.
    child.once('exit', () => deliver({ child, group: true }, 'SIGKILL'));
    child.once('close', (code, signal) => resolve({ code, signal }));
  }).finally(() => {
    current = null;
  });
  return { child, ended };
}

/** Runs a tool in silence and returns what it printed, for the case that it fails. */
export async function capture(command, args, { cwd, onStart, timeoutMs }) {
  const { child, ended } = start(command, args, {
    cwd,
    env: process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    group: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk) => {
      output += chunk;
    });
  }
  if (child.pid !== undefined) onStart?.(child.pid);
  let timedOut = false;
  const giveUp = () => {
    timedOut = true;
    deliver({ child, group: true }, 'SIGKILL');
  };
  const alarm = timeoutMs === undefined ? undefined : setTimeout(giveUp, timeoutMs);
  const result = await ended;
  clearTimeout(alarm);
  if (received) exitBy(received);
  return { ...result, output, timedOut };
}

/**
 * Runs the command itself: our standard streams are its own. `group` says whether a signal goes to all of its processes (a
 * test run) or to the first alone, which tells the others (the product).
 */
export async function hand(command, args, { cwd, env, group }) {
  return start(command, args, { cwd, env, stdio: 'inherit', group }).ended;
}

/** Ends the way the command ended: its code, or its signal. */
export function endLike({ code, signal }) {
  if (signal) exitBy(signal);
  process.exitCode = code;
}

export const wasInterrupted = () => received !== null;
