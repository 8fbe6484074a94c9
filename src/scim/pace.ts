import { setTimeout as sleep } from 'node:timers/promises';
import { Company } from '../kernel/company.js';
import { DomainError } from '../kernel/errors.js';

export interface PaceOptions {
  /** Requests a second one key may go on with. */
  perSecond: number;
  /** Requests that may come at once after a rest. */
  burst: number;
  /** Requests above the pace that are held back until their turn; the next one is refused. */
  heldBack: number;
}

/** Nobody is held back for longer beside others: a client waits 15 s for its answer. */
const MAX_HOLD_S = 5;

/**
 * While others are here a key goes on at half the pace, and only an eighth of its burst comes at once; the rest of it is
 * held back, not refused. So a burst is spread over the seconds in which a neighbour would wait for it
 * (docs/decisions/0011).
 */
function besideOthers({ perSecond, burst, heldBack }: PaceOptions): PaceOptions {
  const [pace, few] = [perSecond / 2, Math.ceil(burst / 8)];
  return { perSecond: pace, burst: few, heldBack: Math.min(heldBack + burst - few, pace * MAX_HOLD_S) };
}

/** A refusal takes this long, so that a client that ignores Retry-After cannot keep the process busy with refusals. */
const REFUSAL_PAUSE_MS = 250;
/** Refusals that pause; beyond them the memory of a flood counts more than its speed. */
const MAX_PAUSING = 1_000;
/** Keys are forgotten once their pace is clear; looked for this often. */
const TIDY_EVERY = 1_000;

interface Rhythm {
  /** `performance.now()` from when the whole burst is there again. */
  clearAt: number;
  inFlight: number;
}

/**
 * One pace for each key: what comes faster is first held back and then refused, so that a client with a few connections
 * is only slowed down. A request that is alone is never held back: whoever waits for each answer sets their own pace.
 */
export class Pace {
  private readonly rhythms = new Map<string, Rhythm>();
  private pausing = 0;
  private sinceTidy = 0;
  private readonly company = new Company();
  private readonly beside: PaceOptions;

  constructor(private readonly alone: PaceOptions) {
    this.beside = besideOthers(alone);
  }

  /** Waits for the key's turn; call the result when the request is over. RATE_LIMITED when too many wait already. */
  async enter(key: string): Promise<() => void> {
    this.company.notice(key);
    const rhythm = this.rhythmOf(key);
    rhythm.inFlight += 1;
    let isOver = false;
    const leave = (): void => {
      if (!isOver) rhythm.inFlight -= 1;
      isOver = true;
    };
    try {
      await this.waitForTurn(rhythm);
      return leave;
    } catch (error) {
      leave();
      throw error;
    }
  }

  private async waitForTurn(rhythm: Rhythm): Promise<void> {
    const { perSecond, burst, heldBack } = this.company.isCompany ? this.beside : this.alone;
    const now = performance.now();
    const step = 1000 / perSecond;
    const clearAt = Math.max(rhythm.clearAt, now) + step;
    const wait = clearAt - now - burst * step;
    if (wait <= 0) {
      rhythm.clearAt = clearAt;
    } else if (wait <= heldBack * step) {
      if (rhythm.inFlight === 1) return;
      rhythm.clearAt = clearAt;
      await sleep(wait);
    } else {
      await this.pause();
      throw tooFast(perSecond, Math.ceil(wait / 1000));
    }
  }

  private async pause(): Promise<void> {
    if (this.pausing >= MAX_PAUSING) return;
    this.pausing += 1;
    await sleep(REFUSAL_PAUSE_MS);
    this.pausing -= 1;
  }

  private rhythmOf(key: string): Rhythm {
    this.sinceTidy += 1;
    if (this.sinceTidy >= TIDY_EVERY) this.tidy();
    const rhythm = this.rhythms.get(key) ?? { clearAt: 0, inFlight: 0 };
    this.rhythms.set(key, rhythm);
    return rhythm;
  }

  private tidy(): void {
    this.sinceTidy = 0;
    const now = performance.now();
    for (const [key, { clearAt, inFlight }] of this.rhythms) {
      if (inFlight === 0 && clearAt < now) this.rhythms.delete(key);
    }
  }
}

const tooFast = (perSecond: number, retryAfter: number): DomainError =>
  new DomainError(
    'RATE_LIMITED',
    `This connection sends faster than ${perSecond} requests a second. Nothing was changed; send the request again after the time in Retry-After.`,
    { retryAfter },
  );
