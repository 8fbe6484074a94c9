import { createHash } from 'node:crypto';
import type { Context } from '../src/kernel/context.js';
import { DomainError } from '../src/kernel/errors.js';
import type { Pulse } from './pulse.js';

/** How long a token that was revoked, or an organization that is gone, goes on being believed. */
const BELIEVED_MS = 2_000;

/** What a subscription yields: the value of its field, and the id under which a client goes on after it. */
export interface LiveEvent<T> {
  cursor: string;
  /** Undefined where there is nothing to say but the id. */
  value: T | undefined;
}

export interface LiveOptions {
  pulse: Pulse;
  context: Context;
  /** Names the credential; streams of the same one are checked together. */
  credential: string;
  /** The caller as of now; throws what it throws at the door. */
  authenticate: () => Promise<Context>;
  /** The id of the last event the client has; wins over the argument `after`. */
  lastEventId: string | undefined;
  ended: AbortSignal;
}

/**
 * One subscriber: who they are at this moment, and when to look again. Everything is level-triggered: a beat is a hint,
 * and the rows are the truth, so it works with several API processes and over a restart of PostgreSQL.
 */
export class Live {
  private checkedAt = performance.now();

  constructor(private readonly options: LiveOptions) {}

  /** The caller, as the last check found them. */
  get context(): Context {
    return this.options.context;
  }

  /** Where to go on, if the client said so. */
  readonly after = (argument: string | null | undefined): string | undefined =>
    this.options.lastEventId ?? argument ?? undefined;

  /** Until the next beat; false when the stream is over. Throws what ends it: a revoked token, most of all. */
  async again(): Promise<boolean> {
    const { pulse, ended } = this.options;
    await pulse.next(ended);
    if (ended.aborted) return false;
    if (performance.now() - this.checkedAt >= BELIEVED_MS) await this.check();
    return true;
  }

  /**
   * What `read` returns, shared with every stream of the same caller that reads the same between two beats. Undefined
   * while PostgreSQL is away or has no time: there is another beat.
   */
  async look<T>(key: string, read: (context: Context) => Promise<T>): Promise<T | undefined> {
    const { pulse } = this.options;
    const { organizationId, actor } = this.context;
    const shared = `${organizationId} ${actor.kind} ${actor.id} ${key}`;
    return patiently(pulse.look(shared, () => read(this.context)));
  }

  private async check(): Promise<void> {
    const { pulse, authenticate, credential } = this.options;
    const context = await patiently(pulse.look(`caller ${credential}`, authenticate));
    if (!context) return;
    this.options.context = context;
    this.checkedAt = performance.now();
  }
}

const isForLater = (error: unknown): boolean =>
  error instanceof DomainError && (error.code === 'UNAVAILABLE' || error.code === 'RATE_LIMITED');

async function patiently<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isForLater(error)) return undefined;
    throw error;
  }
}

/** Something with a state that is followed until it is final. */
export interface Followed<T> {
  /** What is read, for sharing: `change 01a2…`. */
  key: string;
  read: (context: Context) => Promise<T>;
  /** What of it matters; an event is sent when that differs from the one before. */
  stateOf: (value: T) => unknown;
  isFinal: (value: T) => boolean;
}

/** The state now, then each further state as it is seen, until one is final. A client that has the state gets no repeat. */
export async function* follow<T>(live: Live, after: string | undefined, what: Followed<T>) {
  let known = after;
  for (;;) {
    const value = await live.look(what.key, what.read);
    if (value !== undefined) {
      const cursor = createHash('sha256')
        .update(JSON.stringify(what.stateOf(value)))
        .digest('base64url');
      if (cursor !== known) yield { cursor, value } satisfies LiveEvent<T>;
      known = cursor;
      if (what.isFinal(value)) return;
    }
    if (!(await live.again())) return;
  }
}
