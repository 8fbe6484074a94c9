import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { withFolderLock } from '../embedded/folder-lock.mjs';
import { workFolder } from './bootstrap-install.mjs';
import { capture } from './bootstrap-process.mjs';
import { progress, say } from './bootstrap-progress.mjs';
import { brokenNode, Refusal } from './bootstrap-sentences.mjs';

/** What the compiler reads: folders of sources, and the files that change what comes out. */
const SOURCES = ['src', 'graphql', 'workers', 'migrations'];
const SETTINGS = ['tsconfig.json', 'package-lock.json'];

const filesIn = (root, folder) => {
  const entries = fs.readdirSync(path.join(root, folder), { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath ?? entry.path, entry.name)));
};

const existing = (root, names) => names.filter((name) => fs.existsSync(path.join(root, name)));

/**
 * Names the sources by content: unlike times it notices a deleted file and an older version put back, and it does not
 * rebuild after a mere `touch`. A few hundred small files take some milliseconds.
 */
export function sourceStamp(root) {
  const hash = createHash('sha256');
  const files = [
    ...existing(root, SOURCES).flatMap((folder) => filesIn(root, folder)),
    ...existing(root, SETTINGS),
  ];
  for (const file of files.sort()) {
    hash.update(`${file}\0`).update(
      createHash('sha256')
        .update(fs.readFileSync(path.join(root, file)))
        .digest(),
    );
  }
  return `${hash.digest('hex')}\n`;
}

const readStamp = (root) => {
  try {
    return fs.readFileSync(path.join(root, 'dist', '.stamp'), 'utf8');
  } catch {
    return null;
  }
};

/** What the compiler leaves behind but the program reads at run time: plain JavaScript, the GraphQL schema, pages. */
function copyAssets(root, target) {
  for (const file of existing(root, SOURCES).flatMap((folder) => filesIn(root, folder))) {
    if (/\.(ts|mts|cts|tsx|md)$/.test(file)) continue;
    fs.mkdirSync(path.dirname(path.join(target, file)), { recursive: true });
    fs.copyFileSync(path.join(root, file), path.join(target, file));
  }
}

/**
 * Brings `dist/` up to date with the sources. It is built in a folder of its own and put in place by a rename, so nobody
 * ever runs half a build; a build that fails leaves the old one alone. One process builds, the others wait.
 */
export async function ensureBuilt(root, node) {
  if (readStamp(root) === sourceStamp(root)) return;
  const work = workFolder(root);
  await withFolderLock(
    path.join(work, 'build.lock'),
    async () => {
      // Before compiling: a file saved meanwhile must lead to another build.
      const stamp = sourceStamp(root);
      if (readStamp(root) === stamp) return;
      for (const name of fs.readdirSync(work)) {
        if (name.startsWith('dist-')) fs.rmSync(path.join(work, name), { recursive: true, force: true });
      }
      const done = progress('compiling');
      const draft = path.join(work, `dist-${process.pid}`);
      const compiler = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
      // The folder moves when it is done: a stack that named the sources from where it was made would name none.
      const sources = pathToFileURL(`${root}/`).href;
      const args = [compiler, '-p', root, '--outDir', draft, '--sourceRoot', sources];
      const result = await capture(node, args, { cwd: root });
      if (result.error) throw new Refusal(brokenNode(node, result.error.message, process.version));
      if (result.code !== 0) {
        process.stderr.write(`\n${result.output}`);
        throw new Refusal('The sources do not compile; the reasons are above.');
      }
      copyAssets(root, draft);
      fs.writeFileSync(path.join(draft, '.stamp'), stamp);
      const old = path.join(work, `dist-old-${process.pid}`);
      if (fs.existsSync(path.join(root, 'dist'))) fs.renameSync(path.join(root, 'dist'), old);
      fs.renameSync(draft, path.join(root, 'dist'));
      fs.rmSync(old, { recursive: true, force: true });
      done();
    },
    (pid) => say(`waiting for process ${pid}, which is compiling`),
  );
}
