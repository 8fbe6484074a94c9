import { Gauge } from 'prom-client';
import type { Context } from '../src/kernel/context.js';
import { DomainError } from '../src/kernel/errors.js';

/** Of one token: a dashboard with a few screens open, in two tabs. */
export const MAX_STREAMS_PER_TOKEN = 10;
/** Of one organization, in one process. */
const MAX_STREAMS_PER_ORGANIZATION = 50;
/** Of one process: a few kilobytes and a statement a second each. */
const MAX_STREAMS = 500;

const RETRY_AFTER_SECONDS = 5;

const openStreams = new Gauge({
  name: 'rollcall_graphql_streams',
  help: 'Subscriptions that are being answered at the moment.',
});

/** The streams of one process: how many whose, and how to end them all. */
export class Streams {
  private readonly open = new Map<AbortController, { organization: string; token: string }>();
  private stopping = false;

  /** A place for a stream; the signal is aborted when the process stops. RATE_LIMITED when there is none. */
  enter({ organizationId, actor }: Context): { stopped: AbortSignal; leave: () => void } {
    const owner = { organization: organizationId, token: `${organizationId} ${actor.kind} ${actor.id}` };
    if (this.stopping) throw stops();
    if (this.count(({ token }) => token === owner.token) >= MAX_STREAMS_PER_TOKEN) {
      throw tooMany(`This token has ${MAX_STREAMS_PER_TOKEN} streams open, which is the limit.`);
    }
    if (this.count(({ organization }) => organization === organizationId) >= MAX_STREAMS_PER_ORGANIZATION) {
      throw tooMany(
        `This organization has ${MAX_STREAMS_PER_ORGANIZATION} streams open, which is the limit.`,
      );
    }
    if (this.open.size >= MAX_STREAMS) throw tooMany('This service has as many streams open as it can hold.');
    const stop = new AbortController();
    this.open.set(stop, owner);
    openStreams.inc();
    return {
      stopped: stop.signal,
      leave: () => {
        if (this.open.delete(stop)) openStreams.dec();
      },
    };
  }

  /** Ends every stream, each with its `complete`, and lets no other begin. */
  stop(): void {
    this.stopping = true;
    for (const stop of this.open.keys()) stop.abort();
  }

  private count(matches: (owner: { organization: string; token: string }) => boolean): number {
    let found = 0;
    for (const owner of this.open.values()) if (matches(owner)) found += 1;
    return found;
  }
}

const tooMany = (message: string): DomainError =>
  new DomainError(
    'RATE_LIMITED',
    `${message} Close one of them, or try again after the time in Retry-After.`,
    {
      retryAfter: RETRY_AFTER_SECONDS,
    },
  );

const stops = (): DomainError =>
  new DomainError('UNAVAILABLE', 'This process is stopping. Connect again in a moment.', {
    retryAfter: RETRY_AFTER_SECONDS,
  });
