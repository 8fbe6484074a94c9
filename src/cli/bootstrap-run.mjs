import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureBuilt } from './bootstrap-build.mjs';
import { ensureInstalled, isProductionImage, workFolder } from './bootstrap-install.mjs';
import { NODE_FLAGS } from './bootstrap-node-flags.mjs';
import { endLike, hand, wasInterrupted, watchSignals } from './bootstrap-process.mjs';
import { say } from './bootstrap-progress.mjs';
import { brokenNode, explainFile, noNode, Refusal, unknownCommand } from './bootstrap-sentences.mjs';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const GUARD = new URL('./bootstrap-guard.mjs', import.meta.url).href;
const NODE_MAJOR = 24;

/** Commands that run a program of ours: compiled, or beside the compiled one it measures. */
const PROGRAMS = {
  demo: 'dist/src/cli/demo.js',
  start: 'dist/src/main.js',
  migrate: 'dist/src/cli/migrate.js',
  cli: 'dist/src/cli/cli.js',
  bench: 'bench/run.mjs',
};

const JEST = ['node_modules/jest/bin/jest.js'];

/** Plants mistakes in a copy of the sources and expects the model tests to notice (docs/reliability-models.md). */
const PLANTED = 'test/model/planted/planted.mjs';

/** The fault suite (docs/reliability.md): no part of `npm test`, but for a bounded choice. */
const FAULTS = ['--import', './test/support/typescript-hooks.mjs', 'test/faults/main.ts'];

/** Biome colours its `ci` output wherever it goes; the others look for themselves. */
function colors() {
  return process.stdout.isTTY && !process.env.NO_COLOR ? [] : ['--colors=off'];
}

/** What `npm run check` does, in the order of how fast it fails; `--static` leaves the tests out. */
const CHECKS = [
  { title: 'types', args: ['node_modules/typescript/bin/tsc', '-p', 'test'] },
  { title: 'lint', args: ['node_modules/@biomejs/biome/bin/biome', 'ci', ...colors(), '.'] },
  { title: 'tests', args: JEST },
];

/** Node 24 or newer: the one that runs now, or the one npm installed. */
export function chooseNode(version, execPath, installed, exists) {
  if (Number(version.replace(/^v/, '').split('.')[0]) >= NODE_MAJOR) return execPath;
  return exists(installed) ? installed : null;
}

function node() {
  const installed = path.join(ROOT, 'node_modules', '.bin', 'node');
  const found = chooseNode(process.version, process.execPath, installed, fs.existsSync);
  if (!found) throw new Refusal(noNode(process.version, `${process.platform}-${process.arch}`));
  return found;
}

/** A program starts in two thirds of the time when what Node compiled at its last start is kept. An image has its own setting. */
const keptCompiled = () =>
  isProductionImage(ROOT) ? {} : { NODE_COMPILE_CACHE: path.join(workFolder(ROOT), 'compiled') };

/** Hands over to a script on Node 24, which also is the `node` that its own children find. */
async function runNode(args, group, settings = {}) {
  const command = node();
  const bin = path.join(ROOT, 'node_modules', '.bin');
  const searched = [bin, process.env.PATH].filter(Boolean).join(path.delimiter);
  const env = { ...settings, ...process.env, PATH: searched };
  const result = await hand(command, ['--import', GUARD, ...args], { cwd: ROOT, env, group });
  if (result.error) throw new Refusal(brokenNode(command, result.error.message, process.version));
  return result;
}

async function check(args) {
  const isStatic = args[0] === '--static';
  for (const { title, args: command } of isStatic ? CHECKS.slice(0, -1) : CHECKS) {
    const start = performance.now();
    const result = await runNode(title === 'tests' ? [...command, ...args] : command, true);
    const ok = result.code === 0;
    say(`${title}: ${ok ? 'ok' : 'failed'} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
    if (!ok || wasInterrupted()) return result;
  }
  return { code: 0 };
}

async function perform(command, args) {
  const known = [...Object.keys(PROGRAMS), 'test', 'test:faults', 'test:planted', 'check', 'build'];
  if (!known.includes(command)) throw new Refusal(unknownCommand(command, known));
  const program = PROGRAMS[command];
  if (!(program && isProductionImage(ROOT))) {
    await ensureInstalled(ROOT);
    if (program || command === 'build') await ensureBuilt(ROOT, node());
  }
  if (program) return runNode([...NODE_FLAGS, path.join(ROOT, program), ...args], false, keptCompiled());
  if (command === 'test:faults') return runNode([...FAULTS, ...args], true);
  if (command === 'test') return runNode([...JEST, ...args], true);
  if (command === 'test:planted') return runNode([PLANTED, ...args], true);
  return command === 'check' ? check(args) : { code: 0 };
}

/** Makes the clone able to run a command, runs it, and ends as it ended. */
export async function run(command, args) {
  watchSignals();
  try {
    endLike(await perform(command, args));
  } catch (error) {
    const sentence = error instanceof Refusal ? error.message : explainFile(error, ROOT);
    if (sentence === null) throw error;
    process.stderr.write(`\n${sentence}\n`);
    process.exitCode = 1;
  }
}
