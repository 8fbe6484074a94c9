import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { type Binaries, completeBinaries, copyBinaries, installedBinaries, program } from './binaries.js';
import { refuse } from './failures.js';
import { canReach, databaseUser, type RunAs } from './run-as.js';
import type { EmbeddedState } from './state.js';

/** Where a cluster lives, what runs it and as whom. */
export interface Place {
  /** PostgreSQL's own data folder. */
  cluster: string;
  binaries: Binaries;
  user: RunAs | null;
  /** The folder outside the data folder that holds the cluster, when it had to move. */
  relocated: string | null;
}

/** Any user can reach it and it survives a reboot. */
const OUTSIDE = '/var/tmp';
/** Copied programs depend on their version alone, so all data folders share them. */
const PROGRAMS = path.join(OUTSIDE, 'rollcall-programs');

const clusterIn = (folder: string): string => path.join(folder, 'postgres');

const isCluster = (folder: string): boolean => fs.existsSync(path.join(folder, 'PG_VERSION'));

const outsideFolder = (dataDir: string): string => {
  const key = createHash('sha256').update(dataDir).digest('hex').slice(0, 16);
  return path.join(OUTSIDE, `rollcall-${key}`);
};

/** Anybody may create a folder of any name in /var/tmp: only one that root made, and nobody else can write to, is ours. */
function claimOutside(folder: string): void {
  fs.mkdirSync(folder, { recursive: true });
  const stat = fs.lstatSync(folder);
  if (!stat.isDirectory() || stat.uid !== 0 || (stat.mode & 0o022) !== 0) {
    throw refuse(
      `${folder} was made by somebody else than root. Look at it, remove it, and run the command again.`,
    );
  }
  fs.chmodSync(folder, 0o755);
}

/** The place outside that this data folder used before, unless the folder is a copy whose original is still there. */
function rememberedOutside(state: EmbeddedState, dataDir: string): string | null {
  const { relocated } = state;
  if (relocated === null || path.dirname(relocated) !== OUTSIDE) return null;
  const isCopy = state.dataDir !== dataDir && fs.existsSync(path.join(state.dataDir, 'postgres.json'));
  return isCopy ? null : relocated;
}

/** The folder that holds the cluster now, whoever asks; used to find what runs and what to delete. */
export function findCluster(
  state: EmbeddedState,
  dataDir: string,
): { cluster: string; relocated: string | null } {
  const relocated = rememberedOutside(state, dataDir);
  return { cluster: clusterIn(relocated ?? dataDir), relocated };
}

/**
 * Decides where the cluster lives and who runs it. An ordinary user: in the data folder, as themselves. Root: as another
 * user (see `databaseUser`), in the data folder when that user can get there, otherwise in a folder of our own below
 * /var/tmp; the programs are copied there too when that user cannot reach node_modules. Says so through `log`.
 */
export function choosePlace(state: EmbeddedState, dataDir: string, log: (message: string) => void): Place {
  const found = findCluster(state, dataDir);
  if (found.relocated && !isCluster(found.cluster)) {
    log(
      `the database in ${found.relocated} is gone (somebody cleaned ${OUTSIDE}); starting with an empty one`,
    );
  }
  const exists = isCluster(found.cluster);
  const user = databaseUser(exists ? fs.statSync(found.cluster).uid : undefined);
  if (user === null) return { ...found, user, binaries: usableBinaries(dataDir) };

  const reachable = canReach(user, found.relocated ?? dataDir);
  if (exists && !reachable) {
    throw refuse(
      `PostgreSQL runs as user ${user.name} here, who cannot enter ${dataDir}, where its data is. ` +
        'Move the folder back to where it was made, run as its owner, or set DATA_DIR to another folder.',
    );
  }
  const relocated = found.relocated ?? (reachable ? null : outsideFolder(dataDir));
  if (relocated) {
    claimOutside(relocated);
    log(
      `the database lives in ${relocated}: PostgreSQL refuses to run as root, and ${user.name} cannot enter ${dataDir}`,
    );
  }
  let binaries = usableBinaries(dataDir);
  if (!canReach(user, program(binaries, 'postgres'))) {
    claimOutside(PROGRAMS);
    binaries = copyBinaries(binaries, PROGRAMS);
    log(`PostgreSQL's programs run from ${binaries.native}: ${user.name} cannot reach node_modules`);
  }
  return { cluster: clusterIn(relocated ?? dataDir), binaries, user, relocated };
}

/** The folders of ours below /var/tmp that hold data of this data folder, its state file lost or not. */
export const outsideFolders = (dataDir: string, relocated: string | null): string[] =>
  [...new Set([outsideFolder(dataDir), ...(relocated ? [relocated] : [])])].filter((folder) => {
    const stat = fs.lstatSync(folder, { throwIfNoEntry: false });
    return stat?.isDirectory() === true && stat.uid === process.getuid?.() && stat.uid === 0;
  });

/** The installed programs, or a complete copy when they are incomplete and node_modules is read-only. */
function usableBinaries(dataDir: string): Binaries {
  const binaries = installedBinaries();
  try {
    completeBinaries(binaries);
    return binaries;
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    return copyBinaries(binaries, dataDir);
  }
}
