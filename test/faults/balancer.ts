import { setTimeout as sleep } from 'node:timers/promises';
import type { Node } from './world.js';

const EVERY_MS = 100;

/** Sends requests to the processes that say of themselves that they are ready, as a load balancer does. */
export class Balancer {
  private ready: string[] = [];
  private running = true;
  private readonly task: Promise<void>;

  constructor(private readonly nodes: () => readonly Node[]) {
    this.task = this.watch();
  }

  readonly targets = (): readonly string[] => this.ready;

  async stop(): Promise<void> {
    this.running = false;
    await this.task;
  }

  private async watch(): Promise<void> {
    while (this.running) {
      const answers = await Promise.all(
        this.nodes().map(async ({ server: { url } }) => {
          const answer = await fetch(`${url}/readyz`, {
            headers: { connection: 'close' },
            signal: AbortSignal.timeout(2_000),
          }).catch(() => undefined);
          return answer?.ok ? [url] : [];
        }),
      );
      this.ready = answers.flat();
      await sleep(EVERY_MS);
    }
  }
}
