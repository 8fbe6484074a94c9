import fs from 'node:fs';
import path from 'node:path';
import { refuse } from './failures.js';
import { findCluster, outsideFolders } from './place.js';
import { exclusively } from './postgres.js';
import { findPostmaster, stopPostmaster } from './postmaster.js';
import { findCompany } from './presence.js';
import { readState } from './state.js';

/**
 * Stops the PostgreSQL of a data folder and deletes its data, wherever it lives. Other files in the folder stay. Throws
 * UNAVAILABLE, with nothing stopped or deleted, while another Rollcall uses it.
 */
export async function resetEmbeddedPostgres(
  dataDir: string,
  log: (message: string) => void = () => {},
): Promise<void> {
  if (!fs.existsSync(dataDir)) return;
  await exclusively(dataDir, log, async (folder) => {
    const state = readableState(folder);
    const found = state
      ? findCluster(state, folder)
      : { cluster: path.join(folder, 'postgres'), relocated: null };
    const server = findPostmaster(found.cluster);
    if (server) {
      // A server that does not let us in is an orphan nobody else can use either.
      const company = state ? await findCompany(state, server.port).catch(() => null) : null;
      if (company && company.rollcalls.length > 0) {
        throw refuse(
          `The database in ${folder} is in use by process ${company.rollcalls.join(', ')}. ` +
            'Stop that Rollcall first (Ctrl-C), then reset.',
        );
      }
      await stopPostmaster(server.pid);
    }
    const inside = fs
      .readdirSync(folder)
      .filter((name) => /^(postgres|postgres\.(json|log|new-.*)|native-.*)$/.test(name));
    const targets = [
      ...inside.map((name) => path.join(folder, name)),
      ...outsideFolders(folder, found.relocated),
    ];
    for (const target of targets) fs.rmSync(target, { recursive: true, force: true });
    if (targets.length > 0) log(`removed the database in ${found.relocated ?? folder}`);
  });
}

/** A damaged state file is one more reason to reset, not an obstacle. */
const readableState = (folder: string): ReturnType<typeof readState> => {
  try {
    return readState(folder);
  } catch {
    return null;
  }
};
