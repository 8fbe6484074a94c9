import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';

/** Stands in for npm: notes what it was asked, and leaves what an installation leaves. FAKE_NPM_ERROR makes `ci` fail. */
const NPM = `
const fs = require('node:fs');
const [command] = process.argv.slice(2);
fs.appendFileSync('calls.log', 'npm ' + command + '\\n');
if (command === 'ci') {
  if (process.env.FAKE_NPM_ERROR) {
    console.error(process.env.FAKE_NPM_ERROR);
    process.exit(1);
  }
  setTimeout(() => {
    fs.mkdirSync('node_modules/typescript/bin', { recursive: true });
    fs.copyFileSync('fake-tsc.cjs', 'node_modules/typescript/bin/tsc');
    fs.copyFileSync('package-lock.json', 'node_modules/.package-lock.json');
  }, 300);
}
`;

/** Stands in for the compiler: the "TypeScript" of the scratch clone is JavaScript already. */
const TSC = `
const fs = require('node:fs');
const out = process.argv[process.argv.indexOf('--outDir') + 1];
fs.appendFileSync('calls.log', 'tsc\\n');
fs.writeFileSync('source-root.log', process.argv[process.argv.indexOf('--sourceRoot') + 1]);
for (const file of ['main', 'cli/cli']) {
  fs.mkdirSync(out + '/src/cli', { recursive: true });
  fs.copyFileSync('src/' + file + '.ts', out + '/src/' + file + '.js');
}
`;

/** Prints its arguments; counts the signals it hears and ends half a second after the first. */
const MAIN = `
let heard = 0;
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    if (heard++ === 0) setTimeout(() => { console.log(signal, heard); process.exit(3); }, 500);
  });
}
setInterval(() => {}, 1000);
console.log('ready', process.pid);
`;
const CLI = `
const [code, ...rest] = process.argv.slice(2);
if (code.startsWith('SIG')) process.kill(process.pid, code);
else { console.log(JSON.stringify(rest)); process.exit(Number(code)); }
`;

export interface Outcome {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface Running {
  child: ChildProcess;
  outcome: Promise<Outcome>;
  /** Resolves with the match as soon as standard output has one. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
}

/** A clone with the real bootstrap, and a small program, npm and compiler around it. */
export class ScratchClone {
  constructor(readonly root: string) {
    const write = (file: string, text: string): void => {
      fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
      fs.writeFileSync(path.join(root, file), text);
    };
    for (const file of fs.readdirSync('src/cli').filter((name) => name.startsWith('bootstrap'))) {
      write(`src/cli/${file}`, fs.readFileSync(`src/cli/${file}`, 'utf8'));
    }
    write('src/embedded/folder-lock.mjs', fs.readFileSync('src/embedded/folder-lock.mjs', 'utf8'));
    write('src/main.ts', MAIN);
    write('src/cli/cli.ts', CLI);
    write('package.json', '{"type":"module"}');
    write('package-lock.json', '{"packages":{"":{}}}');
    write('npm/npm-cli.js', NPM);
    write('npm/package.json', '{"type":"commonjs"}');
    write('fake-tsc.cjs', TSC);
  }

  /** What npm and the compiler were asked, in order, without the question whether the registry answers. */
  calls(): string[] {
    const log = path.join(this.root, 'calls.log');
    if (!fs.existsSync(log)) return [];
    return fs
      .readFileSync(log, 'utf8')
      .split('\n')
      .filter((line) => line !== '' && line !== 'npm ping');
  }

  bootstrap(args: string[], env: Record<string, string> = {}): Running {
    const child = spawn(process.execPath, ['src/cli/bootstrap.mjs', ...args], {
      cwd: this.root,
      env: { PATH: process.env.PATH, npm_execpath: path.join(this.root, 'npm', 'npm-cli.js'), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const text = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (chunk: string) => {
        text[name] += chunk;
      });
    }
    const outcome = once(child, 'close').then(([code, signal]) => ({ code, signal, ...text }));
    const printed = async (pattern: RegExp): Promise<RegExpExecArray> => {
      for (;;) {
        const match = pattern.exec(text.stdout);
        if (match) return match;
        if (child.exitCode !== null) throw new Error(`bootstrap ended without ${pattern}: ${text.stderr}`);
        await once(child.stdout, 'data');
      }
    };
    return { child, outcome, printed };
  }
}
