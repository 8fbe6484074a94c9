import { setTimeout as sleep } from 'node:timers/promises';
import { Counter } from 'prom-client';
import { type Database, LOG_SHARE } from '../kernel/database.js';
import { DomainError } from '../kernel/errors.js';
import type { Logger } from '../kernel/logger.js';
import { runInSystem } from '../kernel/tenancy.js';
import type { LogEntry } from './log-entry.js';
import { insertLogEntries } from './log-rows.js';

/** An administrator who watches sees a request this much later at most. */
const FLUSH_MS = 250;
/** One statement; more wait for the next. */
const BATCH_SIZE = 200;
/** About 10 MB at most, when PostgreSQL is away. */
const MAX_WAITING = 5_000;
/** Between two attempts while PostgreSQL is away. */
const PAUSE_MS = 1_000;

/** Rows that the log does not have; of writes there are none, their rows are part of their transaction. */
export const droppedLogEntries = new Counter({
  name: 'rollcall_provisioning_log_dropped_total',
  help: 'Reads and refusals that are missing in the provisioning log, by reason.',
  labelNames: ['reason'],
});

/**
 * Writes what need not be part of a transaction - reads, refusals, failures - in batches, some time after the answer.
 * Adding never waits and never throws: when the log cannot keep up, entries are dropped and counted.
 */
export class ProvisioningLogWriter {
  private waiting: LogEntry[] = [];
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private next: Promise<void> | undefined;
  private closed = false;

  constructor(
    private readonly database: Database,
    private readonly logger: Logger,
  ) {}

  add(entry: LogEntry): void {
    if (this.waiting.length >= MAX_WAITING) {
      droppedLogEntries.inc({ reason: 'full' });
      return;
    }
    this.waiting.push(entry);
    if (this.waiting.length >= BATCH_SIZE) void this.flush();
    else this.timer ??= setTimeout(() => void this.flush(), FLUSH_MS).unref();
  }

  /** Writes what waits now. Never rejects. */
  flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.running) {
      this.next ??= this.running.then(() => {
        this.next = undefined;
        return this.flush();
      });
      return this.next;
    }
    this.running = this.writeWaiting().finally(() => {
      this.running = undefined;
    });
    return this.running;
  }

  /** Writes what is left, once, and gives up on it when PostgreSQL is away. */
  async close(): Promise<void> {
    this.closed = true;
    await this.flush();
  }

  /** What comes meanwhile is a batch of its own: many rows in few statements cost a fraction of the same rows in many. */
  private async writeWaiting(): Promise<void> {
    let left = this.waiting.length;
    while (left > 0) {
      const batch = this.waiting.splice(0, Math.min(BATCH_SIZE, left));
      try {
        await this.write(batch);
      } catch (error) {
        this.logger.warn({ err: error, entries: batch.length }, 'the provisioning log waits');
        if (!(error instanceof DomainError)) {
          await this.writeSingly(batch);
        } else if (this.closed) {
          droppedLogEntries.inc({ reason: 'stopped' }, batch.length + this.waiting.length);
          this.waiting = [];
          return;
        } else {
          this.waiting.unshift(...batch);
          await sleep(PAUSE_MS, undefined, { ref: false });
          continue;
        }
      }
      left -= batch.length;
    }
  }

  /** One entry that PostgreSQL refuses must not take the others with it. */
  private async writeSingly(batch: readonly LogEntry[]): Promise<void> {
    for (const entry of batch) {
      await this.write([entry]).catch(() => droppedLogEntries.inc({ reason: 'refused' }));
    }
  }

  private write(entries: readonly LogEntry[]): Promise<void> {
    return runInSystem(this.database, (tx) => insertLogEntries(tx, entries, this.database.secretKey), {
      share: LOG_SHARE,
    });
  }
}
