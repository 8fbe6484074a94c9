import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import './typescript-hooks.mjs';

const require = createRequire(import.meta.url);
/** Test files so far: what they import of `test/` is theirs alone (see `typescript-hooks.mjs`). */
let files = 0;

const HANDLERS = Symbol.for('EVENT_HANDLERS');

/** What Jest's runner asks of its runtime, answered by Node's own loader (see `native-environment.mjs`). */
export default class NativeRuntime {
  /** Jest's framework, which keeps a file's tests in module variables: fresh for every file. */
  requireInternalModule(file) {
    delete globalThis[HANDLERS];
    delete require.cache[file];
    return require(file);
  }

  requireModule(file) {
    return require(file);
  }

  unstable_shouldLoadAsEsm() {
    return true;
  }

  unstable_importModule(file) {
    files += 1;
    return import(`${pathToFileURL(file).href}?file=${files}`);
  }

  setGlobalsForRuntime() {}
  enterTestCode() {}
  leaveTestCode() {}
  teardown() {}

  getSourceMaps() {
    return new Map();
  }

  getAllCoverageInfoCopy() {
    return undefined;
  }
}
