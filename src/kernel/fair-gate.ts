import { Company } from './company.js';
import { DomainError } from './errors.js';

export interface FairGateOptions {
  /** How many may be inside at once: the size of the database pool. */
  places: number;
  /** How many of one key may be inside at once while no other key is active. */
  placesPerKey: number;
  /** And while one is: a neighbour's statement then finds a free processor. */
  placesInCompany?: number;
  /** Keys of the process itself, which are no company to anybody. */
  background?: readonly string[];
  /** How many of one key may wait; one more is RATE_LIMITED, because its own key is what it waits for. */
  waitingPerKey?: number;
  /** How many may wait in all; one more is UNAVAILABLE. */
  waiting?: number;
  /** Milliseconds somebody waits at most before UNAVAILABLE. */
  patienceMs?: number;
}

/** A page of GraphQL opens a dozen transactions, a burst of a provider has 64 connections; far more is no client. */
const WAITING_PER_KEY = 500;
/** A few kilobytes each: memory stays bounded whatever arrives. */
const WAITING = 5_000;
/** Below the 12 s a request may take, with time left for its statements. */
const PATIENCE_MS = 8_000;

interface Waiter {
  enter(): void;
  timer: NodeJS.Timeout;
}

interface Share {
  inside: number;
  waiting: Set<Waiter>;
}

/**
 * Shares a number of places between keys, such as the database pool between organizations: each key has at most its own
 * share inside, a smaller one in company, and free places go round the keys that wait, one each, so that nobody waits
 * behind another's queue.
 */
export class FairGate {
  /** Keys that are inside or wait, in the order of their next turn. */
  private readonly shares = new Map<string, Share>();
  private readonly company = new Company();
  private inside = 0;
  private waiting = 0;

  constructor(private readonly options: FairGateOptions) {}

  /** Runs `work` inside. Rejects with RATE_LIMITED or UNAVAILABLE, before anything ran, when too many wait already. */
  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    await this.enter(key);
    try {
      return await work();
    } finally {
      this.leave(key);
    }
  }

  private enter(key: string): Promise<void> | undefined {
    const share = this.shares.get(key) ?? { inside: 0, waiting: new Set() };
    this.shares.set(key, share);
    if (!this.options.background?.includes(key)) this.company.notice(key);
    if (this.inside < this.options.places && share.inside < this.cap()) {
      this.admit(share);
      return undefined;
    }
    const full = this.waiting >= (this.options.waiting ?? WAITING);
    if (share.waiting.size >= (this.options.waitingPerKey ?? WAITING_PER_KEY) || full) {
      this.forgetIdle(key, share);
      throw full ? busy() : tooMany();
    }
    this.waiting += 1;
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        share.waiting.delete(waiter);
        this.waiting -= 1;
        this.forgetIdle(key, share);
        reject(busy());
      };
      const timer = setTimeout(giveUp, this.options.patienceMs ?? PATIENCE_MS);
      const waiter: Waiter = { enter: resolve, timer };
      share.waiting.add(waiter);
    });
  }

  private cap(): number {
    const { placesPerKey, placesInCompany = placesPerKey } = this.options;
    return this.company.isCompany ? placesInCompany : placesPerKey;
  }

  private admit(share: Share): void {
    this.inside += 1;
    share.inside += 1;
  }

  private leave(key: string): void {
    this.inside -= 1;
    const share = this.shares.get(key);
    if (share) {
      share.inside -= 1;
      this.forgetIdle(key, share);
    }
    this.admitNext();
  }

  private forgetIdle(key: string, share: Share): void {
    if (share.inside === 0 && share.waiting.size === 0) this.shares.delete(key);
  }

  /** Gives the free place to the key whose turn is longest ago, and sends that key to the end of the round. */
  private admitNext(): void {
    if (this.waiting === 0) return;
    const cap = this.cap();
    for (const [key, share] of this.shares) {
      const [waiter] = share.waiting;
      if (!waiter || share.inside >= cap) continue;
      share.waiting.delete(waiter);
      clearTimeout(waiter.timer);
      this.waiting -= 1;
      this.shares.delete(key);
      this.shares.set(key, share);
      this.admit(share);
      waiter.enter();
      return;
    }
  }
}

const tooMany = (): DomainError =>
  new DomainError(
    'RATE_LIMITED',
    'Too many requests of this organization are being answered at the moment. Nothing was changed; send the request again after the time in Retry-After.',
    { retryAfter: 1 },
  );

const busy = (): DomainError =>
  new DomainError(
    'UNAVAILABLE',
    'The directory is busy at the moment. Nothing was changed; send the request again after the time in Retry-After.',
    { retryAfter: 2 },
  );
