import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The kernel counts in hundredths of a second. */
const TICK_MS = 10;

function statOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const [own, children] = [
      [11, 12],
      [13, 14],
    ].map(([user, system]) => (Number(fields[user]) + Number(fields[system])) * TICK_MS);
    return { parent: Number(fields[1]), own, children };
  } catch {
    return undefined;
  }
}

/** Milliseconds of processor that a process has used. */
export const cpuOf = (pid) => statOf(pid)?.own ?? 0;

/** The same of every process of the embedded PostgreSQL in a data folder, those that ended included. */
export function cpuOfPostgres(dataDir) {
  const pid = Number(readFileSync(path.join(dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n')[0]);
  const { own, children } = statOf(pid) ?? { own: 0, children: 0 };
  let sum = own + children;
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? statOf(name) : undefined;
    if (stat?.parent === pid) sum += stat.own;
  }
  return sum;
}
