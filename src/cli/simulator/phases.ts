import { setTimeout as sleep } from 'node:timers/promises';
import { eachOf } from './pool.js';
import { type Failure, Refused } from './statistics.js';

export interface ProgressEvent {
  readonly phase: string;
  /** Units (people, groups, memberships) done, of `total`. */
  readonly done: number;
  readonly total: number;
  readonly failed: number;
  readonly seconds: number;
  readonly finished: boolean;
}

export type ProgressListener = (event: ProgressEvent) => void;

/** One object's conversation with the server; it may be run again from its first request. */
export interface Task {
  readonly units: number;
  /** Whom it is about, for the list of failures. */
  readonly about: string;
  run(): Promise<void>;
}

export interface PhaseFigures {
  readonly phase: string;
  readonly done: number;
  readonly failed: number;
  readonly seconds: number;
  readonly perSecond: number;
}

/** The provider stops the job: wrong credentials, or one failure after the other ("quarantine"). */
export class GaveUp extends Error {
  override readonly name = 'GaveUp';
}

/** A failed object is tried again in the next cycle (Entra) or when an admin retries the task (Okta, OneLogin). */
const ROUNDS = 3;
/** Forty minutes for Entra; compressed. */
const PAUSE_BETWEEN_ROUNDS_MS = 1000;
const FAILURES_IN_A_ROW = 50;
const LISTED_FAILURES = 50;
const HEARTBEAT_MS = 200;

/** Runs the phases of a push one after the other and keeps what failed for good. */
export class PhaseRunner {
  readonly phases: PhaseFigures[] = [];
  /** The first of them; `failed` counts all. */
  readonly failures: Failure[] = [];
  failed = 0;
  triedAgain = 0;
  #inARow = 0;

  constructor(
    private readonly concurrency: number,
    private readonly listener: ProgressListener,
  ) {}

  /** Rejects with GaveUp; an object's own failure is recorded instead. `total` is in units. */
  async run(phase: string, total: number, tasks: Iterable<Task>): Promise<void> {
    const started = performance.now();
    const progress = { done: 0, failed: 0 };
    const tell = (finished: boolean): void => {
      const seconds = (performance.now() - started) / 1000;
      this.listener({ phase, ...progress, total, seconds, finished });
    };
    tell(false);
    const heartbeat = setInterval(() => tell(false), HEARTBEAT_MS);
    try {
      let waiting: Iterable<Task> = tasks;
      for (let round = 1; round <= ROUNDS; round += 1) {
        const last = round === ROUNDS;
        const refused = await this.#round(phase, waiting, progress, last);
        if (refused.length === 0 || last) break;
        this.triedAgain += refused.length;
        waiting = refused;
        await sleep(PAUSE_BETWEEN_ROUNDS_MS);
      }
    } finally {
      clearInterval(heartbeat);
      tell(true);
      const seconds = (performance.now() - started) / 1000;
      this.phases.push({ phase, ...progress, seconds, perSecond: progress.done / Math.max(seconds, 0.001) });
    }
  }

  async #round(
    phase: string,
    tasks: Iterable<Task>,
    progress: { done: number; failed: number },
    last: boolean,
  ): Promise<Task[]> {
    const refused: Task[] = [];
    await eachOf(tasks, this.concurrency, async (task) => {
      try {
        await task.run();
        progress.done += task.units;
        this.#inARow = 0;
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        const hopeless = error.status === 401 || error.status === 403;
        this.#inARow += 1;
        const givenUp = hopeless || this.#inARow >= FAILURES_IN_A_ROW;
        if (last || givenUp) {
          progress.failed += task.units;
          this.#record(phase, task.about, error);
        } else refused.push(task);
        if (hopeless) throw new GaveUp(`the credentials were refused: ${error.message}`);
        if (givenUp) throw new GaveUp(`${this.#inARow} failures in a row; the last: ${error.message}`);
      }
    });
    return refused;
  }

  #record(phase: string, about: string, error: Refused): void {
    this.failed += 1;
    if (this.failures.length >= LISTED_FAILURES) return;
    this.failures.push({
      phase,
      what: `${error.request} (${about})`,
      status: error.status,
      scimType: error.scimType,
      detail: error.detail,
    });
  }
}
