import fs from 'node:fs';
import path from 'node:path';
import { completeBinaries, copyBinaries } from '../src/embedded/binaries.js';
import { type KeptFolder, keepFolder } from './support/keep.js';

let kept: KeptFolder;

beforeEach(() => {
  kept = keepFolder('binaries');
});
afterEach(() => kept.end());

/** The parts of the npm package that matter, as an installation without scripts leaves them. */
const bareNative = (): string => {
  const native = path.join(kept.folder, 'native');
  fs.mkdirSync(path.join(native, 'lib'), { recursive: true });
  fs.mkdirSync(path.join(native, 'bin'));
  fs.writeFileSync(path.join(native, 'lib/libx.so.1.2'), 'library', { mode: 0o600 });
  fs.writeFileSync(path.join(native, 'bin/postgres'), '', { mode: 0o644 });
  fs.writeFileSync(
    path.join(native, 'pg-symlinks.json'),
    JSON.stringify([{ source: 'native/lib/libx.so.1.2', target: 'native/lib/libx.so.1' }]),
  );
  return native;
};

const mode = (...parts: string[]): number => fs.statSync(path.join(...parts)).mode & 0o777;

test('library links and rights that an installation without scripts leaves out are restored', () => {
  const native = bareNative();
  for (let time = 0; time < 2; time++) completeBinaries({ native, version: '18.0.0', major: '18' });
  expect(fs.readFileSync(path.join(native, 'lib/libx.so.1'), 'utf8')).toBe('library');
  expect(mode(native, 'bin/postgres')).toBe(0o755);
});

test('a copy is complete, readable for everybody, and made once per version', () => {
  const installed = { native: bareNative(), version: '18.0.0', major: '18' };
  const copy = copyBinaries(installed, kept.folder);
  expect(copy.native).toBe(path.join(kept.folder, 'native-18.0.0'));
  expect(fs.readlinkSync(path.join(copy.native, 'lib/libx.so.1'))).toBe('libx.so.1.2');
  expect([mode(copy.native, 'lib/libx.so.1'), mode(copy.native, 'bin/postgres')]).toEqual([0o644, 0o755]);
  fs.rmSync(installed.native, { recursive: true });
  expect(copyBinaries(installed, kept.folder)).toEqual(copy);
});
