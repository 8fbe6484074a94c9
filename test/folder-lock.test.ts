import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { withFolderLock } from '../src/embedded/folder-lock.mjs';
import { type KeptFolder, keepFolder } from './support/keep.js';

let kept: KeptFolder;

beforeEach(() => {
  kept = keepFolder('lock');
});
afterEach(() => kept.end());

test('a lock of a dead process is taken over at once, by one process at a time', async () => {
  const folder = path.join(kept.folder, 'lock');
  const owner = spawn('true');
  await once(owner, 'exit');
  let inside = 0;
  let most = 0;
  await withFolderLock(folder, async () => {
    const file = path.join(folder, 'owner.json');
    const { where } = JSON.parse(fs.readFileSync(file, 'utf8')) as { where: string };
    // The file of somebody who died: not ours any more, so our own release leaves it alone.
    fs.writeFileSync(file, JSON.stringify({ pids: [owner.pid], where, token: 'dead' }));
  });
  await Promise.all(
    [1, 2, 3].map(() =>
      withFolderLock(folder, async () => {
        most = Math.max(most, ++inside);
        await sleep(20);
        inside--;
      }),
    ),
  );
  expect([most, fs.readdirSync(kept.folder)]).toEqual([1, []]);
});

test('a failure inside releases the lock, and the parent folder has to exist', async () => {
  const folder = path.join(kept.folder, 'lock');
  const fail = withFolderLock(folder, () => Promise.reject(new Error('inside')));
  await expect(fail).rejects.toThrow('inside');
  expect(await withFolderLock(folder, async () => 'next')).toBe('next');
  await expect(withFolderLock(path.join(folder, 'lock'), async () => 'never')).rejects.toThrow('ENOENT');
});
