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

// Of the connections that were cut, Node waits for one for ever when it frees what a process held, and uses a whole
// processor meanwhile; so this process leaves without that, as the last thing, when nothing else is to be done.
process.once('beforeExit', () => process.once('exit', () => process.exit()));
