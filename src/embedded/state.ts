import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { refuse } from './failures.js';

/** What has to be remembered between runs, in `postgres.json` (0600: it holds the passwords). */
export interface EmbeddedState {
  /** The folder this was written for: a copy of the folder must not share the original's database. */
  dataDir: string;
  /** Port of the last start; it is tried first so that a URL stays valid. */
  port: number;
  /** Where the cluster lives when the data folder cannot hold it (see `place`). */
  relocated: string | null;
  /** Superuser `postgres`: for this folder's own needs only. */
  adminPassword: string;
  /** Role `rollcall`, owner of the database: what the product connects as. */
  password: string;
}

const file = (dataDir: string): string => path.join(dataDir, 'postgres.json');

/** Hex, so that it needs no escaping in URLs, SQL or files. */
const newPassword = (): string => randomBytes(24).toString('hex');

/** The state of a folder that has no PostgreSQL yet, with fresh passwords. */
export const newState = (dataDir: string): EmbeddedState => ({
  dataDir,
  port: 0,
  relocated: null,
  adminPassword: newPassword(),
  password: newPassword(),
});

/** What the folder says of its PostgreSQL, or null when it has none. Throws when the file is damaged. */
export function readState(dataDir: string): EmbeddedState | null {
  let text: string;
  try {
    text = fs.readFileSync(file(dataDir), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  try {
    return JSON.parse(text) as EmbeddedState;
  } catch (error) {
    throw refuse(
      `${file(dataDir)} is damaged. Restore it, or start afresh with: npm run demo -- --reset`,
      error,
    );
  }
}

/** What root makes in somebody's data folder belongs to that somebody: one run with sudo must not lock them out. */
export function giveToOwner(path: string, dataDir: string): void {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = fs.statSync(dataDir);
  fs.chownSync(path, uid, gid);
}

/** Replaces the file in one step: a crash leaves the old one or the new one, never half of one. */
export function writeState(state: EmbeddedState): void {
  const draft = `${file(state.dataDir)}.${process.pid}`;
  fs.writeFileSync(draft, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600, flush: true });
  giveToOwner(draft, state.dataDir);
  fs.renameSync(draft, file(state.dataDir));
}
