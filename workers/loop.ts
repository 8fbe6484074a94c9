import { setTimeout as sleep } from 'node:timers/promises';

/** Repeats something until it is stopped. The round says how many milliseconds to wait before the next one. */
export class Loop {
  private running: Promise<void> | undefined;
  private readonly stopped = new AbortController();

  constructor(private readonly round: () => Promise<number>) {}

  start(): void {
    this.running ??= this.run();
  }

  /** A long round looks here between its steps. */
  get stopping(): AbortSignal {
    return this.stopped.signal;
  }

  /** Lets the round that is under way finish. */
  async stop(): Promise<void> {
    this.stopped.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopped;
    while (!signal.aborted) {
      const pause = await this.round();
      if (pause > 0) await sleep(pause, undefined, { signal }).catch(() => {});
    }
  }
}
