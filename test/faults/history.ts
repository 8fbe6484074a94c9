import fs from 'node:fs';

/** What a client knows of an operation afterwards. */
export type Outcome = 'ok' | 'fail' | 'unknown';

/** What the rows must say of an operation, by its request id. */
export const MUST_BE_IN = 1;
export const MUST_NOT_BE_IN = 2;
export const MAY_BE_IN = 3;
export type Expectation = typeof MUST_BE_IN | typeof MUST_NOT_BE_IN | typeof MAY_BE_IN;

export interface Operation {
  id: number;
  kind: string;
  key: string;
  value: unknown;
  start: number;
}

/** Operations at a time; the array grows by this much. */
const BLOCK = 65_536;

/** The recorder: every operation of every client, as a line in a file and as what its request id must have left. */
export class History {
  private expectations = new Uint8Array(BLOCK);
  private count = 0;
  private readonly file: fs.WriteStream;
  readonly outcomes = { ok: 0, fail: 0, unknown: 0 };
  /** Acknowledged writes. */
  acks = 0;
  readonly statuses = new Map<number, number>();
  readonly violations: string[] = [];
  /** Of what was answered with success: when, and after how many milliseconds. */
  readonly answers: { at: number; ms: number; isWrite: boolean }[] = [];
  private waiting: { since: number; resolve: (at: number) => void }[] = [];

  constructor(
    /** Begins every request id, so that the rows of this history are told from all others. */
    readonly name: string,
    readonly path: string,
  ) {
    this.file = fs.createWriteStream(path);
  }

  readonly requestId = (id: number): string => `${this.name}-${id}`;

  begin(kind: string, key: string, value: unknown): Operation {
    const id = this.count;
    this.count += 1;
    if (id >= this.expectations.length) {
      const larger = new Uint8Array(this.expectations.length + BLOCK);
      larger.set(this.expectations);
      this.expectations = larger;
    }
    // Until it is answered anything may have become of it.
    this.expectations[id] = MAY_BE_IN;
    return { id, kind, key, value, start: performance.now() };
  }

  end(
    operation: Operation,
    outcome: Outcome,
    expected: Expectation,
    status: number,
    isWrite: boolean,
    error?: string,
  ): void {
    const end = performance.now();
    this.expectations[operation.id] = expected;
    this.outcomes[outcome] += 1;
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
    if (outcome === 'ok') {
      if (isWrite) this.acks += 1;
      this.answers.push({ at: end, ms: end - operation.start, isWrite });
      this.waiting = this.waiting.filter(({ since, resolve }) => {
        if (operation.start < since) return true;
        resolve(end);
        return false;
      });
    }
    const { id, kind, key, value, start } = operation;
    const line = {
      id,
      kind,
      key,
      value,
      start: Math.round(start),
      end: Math.round(end),
      outcome,
      status,
      error,
    };
    this.file.write(`${JSON.stringify(line)}\n`);
  }

  violated(rule: string, what: string): void {
    if (this.violations.length < 50) this.violations.push(`${rule}: ${what}`);
  }

  readonly size = (): number => this.count;
  readonly expectationOf = (id: number): Expectation => this.expectations[id] as Expectation;

  /** When the next operation that begins from now on has succeeded. */
  nextSuccess(since = performance.now()): Promise<number> {
    return new Promise((resolve) => this.waiting.push({ since, resolve }));
  }

  /** A quantile of the time that answers took in a span, in milliseconds. */
  quantile(share: number, from: number, to = performance.now()): number {
    const times = this.answers.filter(({ at }) => at >= from && at <= to).map(({ ms }) => ms);
    times.sort((a, b) => a - b);
    return times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN;
  }

  /** After the proof: what a long campaign need not keep in memory. */
  forget(): void {
    this.expectations = new Uint8Array(0);
    this.answers.length = 0;
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.file.end(resolve));
  }
}

/** A value as the last answers leave it: one that is certain, and those that may have replaced it. */
export class Register<T> {
  readonly maybe = new Set<T>();

  constructor(public certain: T) {}

  acknowledged(value: T): void {
    this.certain = value;
    this.maybe.clear();
  }

  unanswered(value: T): void {
    if (value !== this.certain) this.maybe.add(value);
  }

  allows = (value: T): boolean => value === this.certain || this.maybe.has(value);
  isCertain = (): boolean => this.maybe.size === 0;
}
