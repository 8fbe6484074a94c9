import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

const VITALS = path.join(import.meta.dirname, 'vitals.mjs');
const START_MS = 180_000;

/** A measured process: started here, asked for its vitals, and stopped by whoever started it. */
export class Child {
  constructor(name, script, env, flags = []) {
    this.name = name;
    this.output = '';
    this.process = spawn(process.execPath, [...flags, '--import', VITALS, script], {
      env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.process.stderr.on('data', (chunk) => {
      this.output = (this.output + chunk).slice(-4000);
    });
  }

  /** The rest of the line that starts with `ready`. */
  async ready() {
    let text = '';
    const { promise, resolve, reject } = Promise.withResolvers();
    const refuse = (why) => () => reject(new Error(`${this.name} ${why}: ${this.output || text}`));
    const exited = refuse('ended at the start');
    const tooLong = setTimeout(refuse(`did not start in ${START_MS / 1000} s`), START_MS);
    this.process.once('exit', exited);
    this.process.stdout.on('data', (chunk) => {
      text += chunk;
      const line = /^ready (\S+)/m.exec(text);
      if (line) resolve(line[1]);
    });
    try {
      return await promise;
    } finally {
      clearTimeout(tooLong);
      this.process.off('exit', exited);
    }
  }

  /** Asks the process something it answers by a message of the same name. */
  async ask(name, parameters) {
    const answered = new Promise((resolve, reject) => {
      const onExit = () => reject(new Error(`${this.name} ended: ${this.output}`));
      const onMessage = (message) => {
        if (!(name in message)) return;
        this.process.off('message', onMessage);
        this.process.off('exit', onExit);
        if (message.error) reject(new Error(`${this.name}: ${message.error}`));
        else resolve(message[name]);
      };
      this.process.on('message', onMessage);
      this.process.once('exit', onExit);
    });
    this.process.send(parameters === undefined ? name : { [name]: parameters });
    return answered;
  }

  async stop() {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const exit = once(this.process, 'exit');
    this.process.kill('SIGTERM');
    const cut = setTimeout(() => this.process.kill('SIGKILL'), 15_000);
    await exit;
    clearTimeout(cut);
  }
}
