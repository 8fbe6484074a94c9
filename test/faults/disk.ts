import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const SIZE_MB = 320;

/** A small disk of its own in memory; undefined where this user may not mount one. */
export function mountSmallDisk(): { folder: string; unmount: () => void } | undefined {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'rollcall-disk-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE_MB}m,mode=755`, 'tmpfs', folder]);
  if (mounted.status !== 0) {
    fs.rmdirSync(folder);
    return undefined;
  }
  return {
    folder,
    unmount: () => {
      execFileSync('umount', ['-l', folder]);
      fs.rmdirSync(folder);
    },
  };
}
