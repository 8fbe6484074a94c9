import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { createRequire, enableCompileCache, registerHooks } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

// `node --import ./test/support/typescript-hooks.mjs file.ts` runs today's sources without a build, in a test's process or
// a child's: `./x.js` finds `./x.ts`. What was compiled is kept by its content, because a run starts dozens of processes.

const SETTINGS = {
  jsc: {
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
    target: 'es2023',
    keepClassNames: true,
  },
  module: { type: 'es6' },
  sourceMaps: 'inline',
};

const require = createRequire(import.meta.url);
const KEPT = fileURLToPath(new URL('../../node_modules/.cache/rollcall/', import.meta.url));
const VERSION = require('@swc/core/package.json').version + JSON.stringify(SETTINGS);

function compiled(filename) {
  const source = fs.readFileSync(filename, 'utf8');
  const key = createHash('sha256').update(VERSION).update(filename).update('\0').update(source).digest('hex');
  const kept = path.join(KEPT, `${key}.mjs`);
  try {
    return fs.readFileSync(kept, 'utf8');
  } catch {
    const { code } = require('@swc/core').transformSync(source, { ...SETTINGS, filename });
    keep(kept, code);
    return code;
  }
}

/** Whole or not at all: other processes read while this one writes. A folder that cannot be written costs only time. */
function keep(file, code) {
  const draft = `${file}.${process.pid}`;
  try {
    fs.mkdirSync(KEPT, { recursive: true });
    fs.writeFileSync(draft, code);
    fs.renameSync(draft, file);
  } catch {
    fs.rmSync(draft, { force: true });
  }
}

enableCompileCache(KEPT);

const TESTS = new URL('../', import.meta.url).href;

/** A module of `test/` may declare hooks and keep what one test file did: every test file gets its own. */
const ownedBy = (parent, href) => {
  const owner = /\?file=\d+$/.exec(parent)?.[0] ?? '';
  return href.startsWith(TESTS) ? href + owner : href;
};

registerHooks({
  resolve(specifier, context, next) {
    const parent = context.parentURL ?? '';
    if (/^\.{1,2}\/.*\.js$/.test(specifier) && /\.ts(\?file=\d+)?$/.test(parent)) {
      const source = new URL(specifier.replace(/\.js$/, '.ts'), parent);
      if (fs.existsSync(source)) return next(ownedBy(parent, source.href), context);
    }
    return next(specifier, context);
  },
  load(url, context, next) {
    if (!url.startsWith('file:') || !/\.ts(\?file=\d+)?$/.test(url)) return next(url, context);
    return { format: 'module', source: compiled(fileURLToPath(url)), shortCircuit: true };
  },
});
