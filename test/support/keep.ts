import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export interface KeptFolder {
  folder: string;
  /** Stops what runs there and deletes it; resolves when both are done. */
  end(): Promise<void>;
}

/** Linux lends a part of its memory as a folder. */
const MEMORY = '/dev/shm';
/** A run uses about one of them; containers often lend 64 MB. */
const ENOUGH_BYTES = 4 * 1024 ** 3;

/**
 * Memory, where the machine has plenty: a cluster is thousands of small files that nobody needs tomorrow, and making them
 * on a disk is most of what a new database costs. Else, or when TMPDIR says so, where temporary files go.
 */
function quickPlace(): string {
  if (process.env.TMPDIR !== undefined || !fs.existsSync(MEMORY)) return os.tmpdir();
  const { bavail, bsize } = fs.statfsSync(MEMORY);
  const isPlenty = Math.min(bavail * bsize, process.availableMemory() / 2) > ENOUGH_BYTES;
  return isPlenty ? MEMORY : os.tmpdir();
}

/**
 * A temporary folder that is deleted, with the server in it stopped, when `end` is called or this process dies in any way.
 * Everybody may enter it: a server may have to run as another user. `command` is run by the keeper (see `keeper.mjs`).
 */
export function keepFolder(
  name: string,
  command: (folder: string) => string[] = () => [],
  place = quickPlace(),
): KeptFolder {
  const folder = fs.mkdtempSync(path.join(place, `rollcall-${name}-`));
  fs.chmodSync(folder, 0o755);
  const keeper = spawn(
    process.execPath,
    [path.join(process.cwd(), 'test/support/keeper.mjs'), folder, ...command(folder)],
    { detached: true, stdio: ['pipe', 'ignore', 'ignore'] },
  );
  keeper.unref();
  // A socket in fact, which lets go of the event loop; the types know it as a plain stream.
  (keeper.stdin as unknown as { unref?(): void }).unref?.();
  const ended = once(keeper, 'exit');
  return {
    folder,
    end: async () => {
      keeper.ref();
      keeper.stdin.end();
      await ended;
    },
  };
}
