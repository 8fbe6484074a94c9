import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { TEST_SECRET_KEY } from '../support/product.js';

export interface ProductProcess {
  url: string;
  /** Sends a signal and waits for the end. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<{ code: number | null; signal: string | null; ms: number }>;
}

const START_DEADLINE_MS = 90_000;
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** The product as a process of its own, from today's sources, with nothing but the given settings. Serves when it resolves. */
export async function startProductProcess(settings: Record<string, string>): Promise<ProductProcess> {
  const hooks = path.join(process.cwd(), 'test/support/typescript-hooks.mjs');
  const child = spawn(process.execPath, ['--import', hooks, path.join(process.cwd(), 'src/main.ts')], {
    env: {
      PATH: process.env.PATH,
      HOST: '127.0.0.1',
      PORT: '0',
      LOG_LEVEL: 'warn',
      SECRET_KEY: TEST_SECRET_KEY,
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  const ended = once(child, 'exit').then(([code, signal]) => {
    running.delete(child);
    return { code, signal } as { code: number | null; signal: string | null };
  });
  let output = '';
  child.stderr.on('data', (chunk) => {
    output += String(chunk);
  });
  const url = await new Promise<string>((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`The process ${why}:\n${output}`));
    const deadline = setTimeout(
      () => fail(`was not ready within ${START_DEADLINE_MS} ms`),
      START_DEADLINE_MS,
    );
    child.stdout.on('data', (chunk) => {
      const ready = /ready (\S+)/.exec(String(chunk))?.[1];
      if (ready) resolve(ready);
    });
    ended.then(() => fail('ended'));
    child.stdout.once('data', () => clearTimeout(deadline));
  });
  return {
    url,
    async end(signal) {
      const started = Date.now();
      child.kill(signal);
      return { ...(await ended), ms: Date.now() - started };
    },
  };
}

/** For `afterEach`: nothing a test started outlives it. */
export async function endProductProcesses(): Promise<void> {
  await Promise.all(
    [...running].map(async (child) => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }),
  );
}
