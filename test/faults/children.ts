import type { ChildProcess } from 'node:child_process';

const running = new Set<ChildProcess>();

/** Nothing that was started here outlives this process, as far as a process can promise that. */
export function endWithThisProcess(child: ChildProcess): void {
  running.add(child);
  child.once('exit', () => running.delete(child));
}

process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
