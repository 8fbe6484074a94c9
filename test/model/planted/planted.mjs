// `npm run test:planted [-- WORD...]`: every mistake of bugs.mjs whose name has one of the words, or all of them, one at a
// time in a copy of this tree. Prints which layer noticed and after how long; ends with 1 when one went unnoticed.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { BUGS } from './bugs.mjs';

const ROOT = process.cwd();
const PARTS = [
  'src',
  'graphql',
  'workers',
  'migrations',
  'test',
  'package.json',
  'jest.config.json',
  'tsconfig.json',
];
const JEST = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  'node_modules/jest/bin/jest.js',
  '-i',
];

/** The copy: what Jest needs, with the packages of this tree. */
function copyTree() {
  const copy = fs.mkdtempSync(path.join(os.tmpdir(), 'rollcall-planted-'));
  fs.chmodSync(copy, 0o755);
  for (const part of PARTS) fs.cpSync(path.join(ROOT, part), path.join(copy, part), { recursive: true });
  fs.symlinkSync(fs.realpathSync(path.join(ROOT, 'node_modules')), path.join(copy, 'node_modules'));
  return copy;
}

/** Edits the copy; gives back what was there. */
export function plant(root, { name, edits }) {
  const before = new Map();
  for (const { file, find, replace } of edits) {
    const text = fs.readFileSync(path.join(root, file), 'utf8');
    if (text.split(find).length !== 2) {
      throw new Error(`"${name}": ${file} does not have exactly once:\n${find}`);
    }
    before.set(file, text);
    fs.writeFileSync(
      path.join(root, file),
      text.replace(find, () => replace),
    );
  }
  return before;
}

function run(copy, layer) {
  const started = performance.now();
  const env = { ...process.env, ROLLCALL_MODEL_SHRINK: '0' };
  const { status, stdout, stderr } = spawnSync(process.execPath, [...JEST, `test/model/${layer}`], {
    cwd: copy,
    env,
    encoding: 'utf8',
  });
  const text = `${stdout}${stderr}`;
  const noticed = [...text.matchAll(/✕ (?:\S+ )*?(L\d|with eight clients)/g)].map(([, found]) =>
    found.startsWith('L') ? found : 'L4',
  );
  return {
    status,
    seconds: (performance.now() - started) / 1000,
    noticed: [...new Set(noticed)].join(' '),
    text,
  };
}

function main(words) {
  const chosen = BUGS.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
  const copy = copyTree();
  let unnoticed = 0;
  try {
    console.log('| planted | noticed by | seconds |\n|---|---|---|');
    for (const bug of chosen) {
      const before = plant(copy, bug);
      const { status, seconds, noticed, text } = run(copy, bug.layer);
      for (const [file, original] of before) fs.writeFileSync(path.join(copy, file), original);
      // A machine that is too slow notices nothing.
      const isNoticed = status !== 0 && noticed !== '' && !text.includes('Exceeded timeout');
      if (!isNoticed) unnoticed += 1;
      if (status !== 0 && !isNoticed) console.error(text.slice(-4_000));
      console.log(`| ${bug.name} | ${isNoticed ? noticed : '**nobody**'} | ${seconds.toFixed(0)} |`);
    }
  } finally {
    fs.rmSync(copy, { recursive: true, force: true });
  }
  console.log(`\n${chosen.length - unnoticed} of ${chosen.length} planted mistakes were noticed.`);
  return unnoticed === 0 ? 0 : 1;
}

if (process.argv[1] === import.meta.filename) process.exitCode = main(process.argv.slice(2));
