import { setTimeout as sleep } from 'node:timers/promises';

/** Collects what arrives while a batch is under way, so that many small writes become few: a group commit. */
export class Batches<T> {
  private waiting: { item: T; done: () => void; failed: (error: unknown) => void }[] = [];
  private running: Promise<void> | undefined;

  constructor(
    private readonly apply: (items: T[]) => Promise<void>,
    /** How long the first one waits for company. */
    private readonly lingerMs = 0,
    /** How many go together at the most. */
    private readonly size = Number.POSITIVE_INFINITY,
  ) {}

  /** Resolves when the batch with this item has been applied, rejects when that failed. */
  add(item: T): Promise<void> {
    return new Promise((done, failed) => {
      this.waiting.push({ item, done, failed });
      this.running ??= this.run();
    });
  }

  private async run(): Promise<void> {
    while (this.waiting.length > 0) {
      if (this.waiting.length < this.size) await sleep(this.lingerMs);
      const batch = this.waiting.splice(0, this.size);
      try {
        await this.apply(batch.map(({ item }) => item));
        for (const { done } of batch) done();
      } catch (error) {
        for (const { failed } of batch) failed(error);
      }
    }
    this.running = undefined;
  }
}
