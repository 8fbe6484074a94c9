import { DomainError } from '../kernel/errors.js';

export interface PlaceQueueOptions {
  /** How many may run at once. */
  running: number;
  /** How many may wait for them; the next one is refused. */
  waiting: number;
}

/** After this many seconds a full queue has been worked off. */
export const RETRY_AFTER_SECONDS = 2;

/** Runs expensive work a few at a time, in order of arrival. Refuses with UNAVAILABLE what would wait too long. */
export class PlaceQueue {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly options: PlaceQueueOptions) {}

  /** Whether the next one would be refused. */
  get isFull(): boolean {
    return this.running >= this.options.running && this.waiting.length >= this.options.waiting;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    await this.enter();
    try {
      return await work();
    } finally {
      // The place goes to whoever waits longest, without ever being free in between.
      const next = this.waiting.shift();
      if (next) next();
      else this.running -= 1;
    }
  }

  private async enter(): Promise<void> {
    if (this.running < this.options.running) {
      this.running += 1;
      return;
    }
    if (this.waiting.length >= this.options.waiting) {
      throw new DomainError(
        'UNAVAILABLE',
        'Too many passwords are being checked at this moment. Try again in a few seconds.',
        { retryAfter: RETRY_AFTER_SECONDS },
      );
    }
    await new Promise<void>((resolve) => this.waiting.push(resolve));
  }
}
