import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import type { Outcome } from './history.js';

/** What an identity provider waits for an answer (client 15 s > request 12 s > statement 5 s). */
export const CLIENT_TIMEOUT_MS = 15_000;

/** How long a request waits for a process that is ready. */
const NOBODY_READY_MS = 2_000;

export interface Reply {
  /** 0 when there was none. */
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers have every shape
  body: any;
  outcome: Outcome;
  /** Why there was no answer. */
  error?: string;
}

/** Errors of a request that never left this machine: certain not to have done anything. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'UND_ERR_CONNECT_TIMEOUT']);

/** What the product says of a change that may or may not have been stored (I2). */
const UNKNOWN = /all of it took effect or nothing did|The change was stored/;

/** Requests over kept-alive connections that says what is known of each afterwards, and complains of a broken promise. */
export class Client {
  private readonly pools = new Map<string, Pool>();
  private turn = 0;

  constructor(
    /** The addresses of the API processes, asked again for each request: a deployment changes them. */
    private readonly targets: () => readonly string[],
    private readonly connections: number,
    private readonly complain: (rule: string, what: string) => void,
  ) {}

  async send(
    method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE',
    path: string,
    headers: Record<string, string>,
    body?: unknown,
  ): Promise<Reply> {
    this.turn += 1;
    const target = await this.nextTarget();
    if (target === undefined)
      return { status: 0, body: undefined, outcome: 'fail', error: 'nobody is ready' };
    const pool = this.poolOf(target);
    try {
      const answer = await pool.request({
        method,
        path,
        headers: { 'x-forwarded-proto': 'https', ...headers },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await answer.body.text();
      return this.judge(`${method} ${path}`, answer.statusCode, answer.headers, text);
    } catch (error) {
      const { code = '', message } = error as Error & { code?: string };
      const outcome = NEVER_SENT.has(code) ? 'fail' : 'unknown';
      return { status: 0, body: undefined, outcome, error: `${code} ${message}` };
    }
  }

  /** Waits a moment for one that is ready, as a balancer does before it gives up. */
  private async nextTarget(): Promise<string | undefined> {
    for (let waited = 0; this.targets().length === 0 && waited < NOBODY_READY_MS; waited += 20)
      await sleep(20);
    const targets = this.targets();
    return targets[this.turn % targets.length];
  }

  async close(): Promise<void> {
    const pools = [...this.pools.values()];
    this.pools.clear();
    await Promise.all(pools.map((pool) => pool.destroy()));
  }

  private poolOf(target: string): Pool {
    const known = this.pools.get(target);
    if (known) return known;
    const pool = new Pool(target, {
      connections: this.connections,
      headersTimeout: CLIENT_TIMEOUT_MS,
      bodyTimeout: CLIENT_TIMEOUT_MS,
      connect: { timeout: 2_000 },
    });
    this.pools.set(target, pool);
    return pool;
  }

  private judge(asked: string, status: number, headers: Record<string, unknown>, text: string): Reply {
    if (status >= 500 && status !== 503)
      this.complain('I11', `${asked} was answered ${status}: ${text.slice(0, 300)}`);
    if ((status === 503 || status === 429) && !(Number(headers['retry-after']) > 0)) {
      this.complain('I11', `${asked} was answered ${status} without Retry-After`);
    }
    let body: unknown;
    try {
      body = text === '' ? undefined : JSON.parse(text);
    } catch {
      this.complain('I11', `${asked} was answered ${status} with what is no JSON: ${text.slice(0, 100)}`);
    }
    if (status < 300) return { status, body, outcome: 'ok' };
    const isUnknown = status === 500 || (status === 503 && UNKNOWN.test(text));
    return { status, body, outcome: isUnknown ? 'unknown' : 'fail', error: text.slice(0, 300) };
  }
}
