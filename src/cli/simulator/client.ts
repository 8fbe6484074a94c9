import type http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { agentFor, exchange, type WireAnswer } from './exchange.js';
import { Refused, Statistics } from './statistics.js';

/** How a provider's HTTP stack behaves, apart from what it says. */
export interface WireHabits {
  /** Sent with every request. */
  readonly headers: Readonly<Record<string, string>>;
  readonly contentType: string;
  /** False: a new connection for each request, announced by `Connection: close`. */
  readonly keepAlive: boolean;
  readonly timeoutMs: number;
  /** How often one request is sent at most while the answer is 429. */
  readonly throttledAttempts: number;
  /** The wait after a 429 without an integer `Retry-After`; doubles each time. */
  readonly waitWithoutRetryAfterMs: number;
}

export interface ClientOptions {
  readonly base: URL;
  /** The value of `Authorization`. */
  readonly authorization: string;
  readonly concurrency: number;
  readonly habits: WireHabits;
}

export type Resource = Readonly<Record<string, unknown>>;

export interface Answer {
  readonly status: number;
  /** The parsed body; an empty object when there was none. */
  readonly body: Resource;
}

/** A server that asks for more than this is not waited for; the request fails and its object is tried again later. */
const LONGEST_WAIT_MS = 300_000;

/** Whether an answer is a JSON object at all: a server under test may send anything. */
export const isResource = (value: unknown): value is Resource =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The HTTP client of a simulated provider. It holds back everybody while the server asked for a pause, as the
 * providers do. It does not bound concurrency itself: whoever calls it does one thing at a time.
 */
export class Client {
  readonly statistics = new Statistics();
  readonly #options: ClientOptions;
  readonly #agent: http.Agent;
  readonly #prefix: string;
  #pausedUntil = 0;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#agent = agentFor(options.base, options.habits.keepAlive, options.concurrency);
    this.#prefix = options.base.pathname.replace(/\/+$/, '');
  }

  /**
   * Sends `target` (path and query below the base, already encoded) and resolves with an answer whose status is one of
   * `accepted`. Rejects with Refused for every other answer, for a body that is not a JSON object, and for no answer.
   */
  async call(method: string, target: string, accepted: readonly number[], body?: unknown): Promise<Answer> {
    const what = `${method} ${target.length > 120 ? `${target.slice(0, 117)}...` : target}`;
    const wire = await this.#sendUntilServed(method, target, body, what);
    const parsed = parse(wire.text);
    if (!accepted.includes(wire.status)) throw refusal(what, wire, parsed);
    if (wire.text !== '' && parsed === undefined) {
      throw new Refused(what, wire.status, `the body is not a JSON object: ${excerpt(wire.text)}`);
    }
    if (method !== 'GET' && target.startsWith('/Groups')) this.statistics.lastGroupWriteAt = Date.now();
    return { status: wire.status, body: parsed ?? {} };
  }

  /** For checks, which are no push: sent three times while the server does not answer or answers 5xx. */
  async read(target: string, query?: unknown): Promise<Answer> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.call(query === undefined ? 'GET' : 'POST', target, [200], query);
      } catch (error) {
        const passing = error instanceof Refused && (error.status === 0 || error.status >= 500);
        if (!passing || attempt === 3) throw error;
        this.statistics.repeating();
        await sleep(attempt * 250);
      }
    }
  }

  /** Ends idle connections so that the process can end. */
  close(): void {
    this.#agent.destroy();
  }

  async #sendUntilServed(method: string, target: string, body: unknown, what: string): Promise<WireAnswer> {
    const { throttledAttempts, waitWithoutRetryAfterMs } = this.#options.habits;
    for (let attempt = 1; ; attempt += 1) {
      await this.#pause();
      const wire = await this.#send(method, target, body, what);
      if (wire.status !== 429 || attempt >= throttledAttempts) return wire;
      const asked = wire.headers['retry-after'];
      const wait =
        asked !== undefined && /^\d+$/.test(asked)
          ? Number(asked) * 1000
          : waitWithoutRetryAfterMs * 2 ** (attempt - 1);
      if (wait > LONGEST_WAIT_MS) return wire;
      this.#pausedUntil = Math.max(this.#pausedUntil, performance.now() + wait);
      this.statistics.repeating();
    }
  }

  async #pause(): Promise<void> {
    for (let rest = this.#pausedUntil - performance.now(); rest > 0; ) {
      await sleep(rest);
      rest = this.#pausedUntil - performance.now();
    }
  }

  async #send(method: string, target: string, body: unknown, what: string): Promise<WireAnswer> {
    const { base, authorization, habits } = this.#options;
    const content = body === undefined ? undefined : JSON.stringify(body);
    const headers: Record<string, string> = { ...habits.headers, Authorization: authorization };
    if (content !== undefined) headers['Content-Type'] = habits.contentType;
    const started = performance.now();
    try {
      const wire = await exchange({
        url: base,
        path: `${this.#prefix}${target}`,
        method,
        headers,
        body: content,
        agent: this.#agent,
        timeoutMs: habits.timeoutMs,
      });
      this.statistics.answered(wire.status, performance.now() - started);
      return wire;
    } catch (error) {
      this.statistics.unanswered();
      const reason = error instanceof Error ? reasonOf(error) : String(error);
      throw new Refused(what, 0, `${base.origin}: ${reason}`);
    }
  }
}

/** A refused connection to a name with two addresses is an AggregateError without a message. */
function reasonOf(error: Error): string {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  return first instanceof Error && first.message !== '' ? first.message : error.name;
}

function parse(text: string): Resource | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isResource(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const excerpt = (text: string): string => text.replace(/\s+/g, ' ').slice(0, 160);

/** The message of a GraphQL answer that carries errors, whatever its status. */
export function firstGraphqlError(body: Resource | undefined): unknown {
  const first: unknown = Array.isArray(body?.errors) ? body.errors[0] : undefined;
  return isResource(first) ? first.message : undefined;
}

function refusal(what: string, wire: WireAnswer, body: Resource | undefined): Refused {
  const detail = body?.detail ?? firstGraphqlError(body);
  const scimType = body?.scimType;
  return new Refused(
    what,
    wire.status,
    typeof detail === 'string' && detail !== ''
      ? detail
      : `no SCIM Error with a detail came back${wire.text === '' ? '' : `: ${excerpt(wire.text)}`}`,
    typeof scimType === 'string' ? scimType : null,
  );
}
