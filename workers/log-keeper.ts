import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../src/kernel/database.js';
import { forgetResults } from '../src/kernel/idempotency.js';
import type { Logger } from '../src/kernel/logger.js';
import { keepProvisioningLog } from '../src/provisioning/keep-provisioning-log.js';

/** Partitions are made two months ahead, so many rounds may fail before one is missed. */
const INTERVAL_MS = 60 * 60 * 1000;

/**
 * Keeps the months of the provisioning log and a day of answered Idempotency-Keys, at once and then every hour, until it
 * is stopped.
 */
export class LogKeeper {
  private running: Promise<void> | undefined;
  private readonly stopped = new AbortController();

  constructor(
    private readonly database: Database,
    private readonly logger: Logger,
    private readonly monthsKept: number | undefined,
  ) {}

  start(): void {
    this.running ??= this.loop();
  }

  async stop(): Promise<void> {
    this.stopped.abort();
    await this.running;
  }

  private async loop(): Promise<void> {
    const { signal } = this.stopped;
    while (!signal.aborted) {
      await this.attempt('the provisioning log', () => keepProvisioningLog(this.database, this.monthsKept));
      await this.attempt('answered Idempotency-Keys', () => forgetResults(this.database));
      await sleep(INTERVAL_MS, undefined, { signal }).catch(() => {});
    }
  }

  private async attempt(what: string, tidy: () => Promise<unknown>): Promise<void> {
    try {
      await tidy();
    } catch (error) {
      this.logger.warn({ err: error, what }, 'this was not tidied and will be in an hour');
    }
  }
}
