import type { ServerResponse } from 'node:http';

/** A comment this often keeps proxies from closing a quiet stream; most of them wait for 30 s or longer. */
export const HEARTBEAT_MS = 10_000;
/** Who has not read what was written for this long gets nothing more: their place is for somebody else. */
const SLOW_READER_MS = 10_000;
/** After which a client comes back when the stream broke. */
const RETRY_MS = 1_000;

export interface StreamTimes {
  heartbeatMs: number;
  slowReaderMs: number;
}

/** One message of the GraphQL over SSE protocol (distinct connections mode). */
export interface StreamMessage {
  /** Undefined for an id alone. */
  event?: 'next' | 'complete';
  /** What a client sends as Last-Event-ID to go on from here. */
  id?: string | undefined;
  data?: unknown;
}

/**
 * The answer to a subscription: events, heartbeats, and an end. Nothing is queued: `send` waits until the client has
 * taken what was written before, and cuts off a client that does not.
 */
export class EventStream {
  private readonly gone = new AbortController();
  private readonly heart: NodeJS.Timeout;

  constructor(
    private readonly raw: ServerResponse,
    headers: Record<string, string>,
    private readonly times: StreamTimes = { heartbeatMs: HEARTBEAT_MS, slowReaderMs: SLOW_READER_MS },
  ) {
    raw.writeHead(200, {
      ...headers,
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    raw.once('close', () => this.leave());
    raw.on('error', () => this.leave());
    raw.write(`retry: ${RETRY_MS}\n:\n\n`);
    this.heart = setInterval(() => this.beat(), times.heartbeatMs).unref();
    if (raw.destroyed) this.leave();
  }

  /** Aborted when the client is gone. */
  get closed(): AbortSignal {
    return this.gone.signal;
  }

  /** Writes a message; resolves when there is room for another, or when the client is gone. */
  async send({ event, id, data }: StreamMessage): Promise<void> {
    if (this.closed.aborted) return;
    const lines = id === undefined ? '' : `id: ${id}\n`;
    const body =
      event === undefined
        ? ''
        : `event: ${event}\ndata:${data === undefined ? '' : ` ${JSON.stringify(data)}`}\n`;
    if (!this.raw.write(`${lines}${body}\n`)) await this.room();
  }

  /** Ends the answer; what was written arrives first. */
  end(): void {
    this.leave();
    if (!this.raw.writableEnded) this.raw.end();
  }

  private beat(): void {
    if (!this.raw.writableNeedDrain) this.raw.write(':\n\n');
  }

  private room(): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(late);
        this.raw.off('drain', done);
        this.closed.removeEventListener('abort', done);
        resolve();
      };
      const late = setTimeout(() => this.raw.destroy(), this.times.slowReaderMs);
      this.raw.once('drain', done);
      this.closed.addEventListener('abort', done);
    });
  }

  private leave(): void {
    clearInterval(this.heart);
    this.gone.abort();
  }
}
