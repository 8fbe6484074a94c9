import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { refuse } from './failures.js';

/** The user PostgreSQL runs as when this process may not be that user itself. */
export interface RunAs {
  name: string;
  uid: number;
  gid: number;
}

/** Accounts that exist on every Unix and own nothing worth having, best first. */
const CANDIDATES = ['nobody', 'postgres', 'daemon'];

const users = (): RunAs[] => {
  let text = '';
  try {
    text = fs.readFileSync('/etc/passwd', 'utf8');
  } catch {
    // A machine without the file has no user to offer; the caller says so.
  }
  return text
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
    .filter(({ uid, gid }) => uid > 0 && gid >= 0);
};

/**
 * PostgreSQL refuses to run as root, so root hands it to an existing unprivileged user: the owner of the cluster when there
 * is one already, otherwise `nobody`. Null for everybody else, who runs it as themselves.
 */
export function databaseUser(clusterOwner: number | undefined): RunAs | null {
  if (process.getuid?.() !== 0) return null;
  const known = users();
  const user =
    clusterOwner === undefined || clusterOwner === 0
      ? CANDIDATES.map((name) => known.find((candidate) => candidate.name === name)).find((found) => found)
      : known.find(({ uid }) => uid === clusterOwner);
  if (user) return user;
  throw refuse(
    `PostgreSQL does not run as root, and /etc/passwd has ${
      clusterOwner
        ? `no user with the id ${clusterOwner}, who owns the data`
        : `none of ${CANDIDATES.join(', ')}`
    }. Run Rollcall as an ordinary user, or set DATABASE_URL to a PostgreSQL of your own.`,
  );
}

/** What `spawn` needs to run as that user; the current folder may be one the user cannot enter. */
export const spawnAs = (user: RunAs | null): { cwd: string; uid?: number; gid?: number } =>
  user ? { cwd: '/', uid: user.uid, gid: user.gid } : { cwd: '/' };

/** Whether the user may enter a folder, or execute a file, at this path: asked of the system, as that user. */
export function canReach(user: RunAs, path: string): boolean {
  const test = spawnSync('/bin/sh', ['-c', 'test -x "$1"', 'sh', path], {
    ...spawnAs(user),
    stdio: 'ignore',
  });
  if (test.error) {
    throw refuse(
      `PostgreSQL does not run as root, and this root may not become user ${user.name} (${test.error.message}). ` +
        'Run Rollcall as an ordinary user, or set DATABASE_URL to a PostgreSQL of your own.',
      test.error,
    );
  }
  return test.status === 0;
}
