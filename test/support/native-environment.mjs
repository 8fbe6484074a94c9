/**
 * Runs a test file in the worker's own realm instead of a virtual one: every module is loaded once for a worker, not once
 * for a file. What a file may leave behind in the process is put back when it ends.
 */
export default class NativeEnvironment {
  global = globalThis;
  fakeTimers = null;
  fakeTimersModern = null;
  #console = console;
  #exit = process.exit;
  #environment = { ...process.env };

  async setup() {
    // Node's own, which knows where a line stands in TypeScript; Jest has just put another in its place.
    process.setSourceMapsEnabled(true);
    Error.prepareStackTrace = undefined;
  }

  async teardown() {
    globalThis.console = this.#console;
    process.exit = this.#exit;
    process.env = this.#environment;
  }

  getVmContext() {
    return null;
  }

  exportConditions() {
    return ['node', 'node-addons'];
  }
}
