/** A refusal, or the lack of an answer, as the administrator of the provider would read it. */
export interface Failure {
  readonly phase: string;
  /** What was sent, `POST /Users`, and about whom. */
  readonly what: string;
  /** 0 when no answer came. */
  readonly status: number;
  readonly scimType: string | null;
  /** The `detail` of the SCIM Error, or why there is none. */
  readonly detail: string;
}

/** Thrown for an answer the provider cannot live with, whatever its status. */
export class Refused extends Error {
  override readonly name = 'Refused';

  constructor(
    readonly request: string,
    readonly status: number,
    readonly detail: string,
    readonly scimType: string | null = null,
  ) {
    super(`${request}: ${status === 0 ? 'no answer' : status}: ${detail}`);
  }
}

/** The value below which `share` (0 to 1) of the values lie, nearest rank; 0 of an empty list. Sorts in place. */
export function percentile(values: number[], share: number): number {
  if (values.length === 0) return 0;
  values.sort((a, b) => a - b);
  return values[Math.max(0, Math.ceil(share * values.length) - 1)] ?? 0;
}

export interface RequestFigures {
  readonly total: number;
  /** Sent once more: after a 429, or a read that got no usable answer. */
  readonly repeated: number;
  readonly throttled: number;
  readonly withoutAnswer: number;
  readonly byStatus: Readonly<Record<string, number>>;
  readonly p50Ms: number;
  readonly p95Ms: number;
}

/** Counts every request on the wire, repeats included; waits for a 429 to pass are not part of a latency. */
export class Statistics {
  #latencies: number[] = [];
  #repeated = 0;
  #withoutAnswer = 0;
  readonly #byStatus = new Map<number, number>();
  /** Wall clock in ms when the last accepted group write was answered; 0 before the first. */
  lastGroupWriteAt = 0;

  answered(status: number, milliseconds: number): void {
    this.#latencies.push(milliseconds);
    this.#byStatus.set(status, (this.#byStatus.get(status) ?? 0) + 1);
  }

  unanswered(): void {
    this.#withoutAnswer += 1;
  }

  repeating(): void {
    this.#repeated += 1;
  }

  get total(): number {
    return this.#latencies.length + this.#withoutAnswer;
  }

  figures(): RequestFigures {
    return {
      total: this.total,
      repeated: this.#repeated,
      throttled: this.#byStatus.get(429) ?? 0,
      withoutAnswer: this.#withoutAnswer,
      byStatus: Object.fromEntries([...this.#byStatus].sort(([a], [b]) => a - b)),
      p50Ms: percentile(this.#latencies, 0.5),
      p95Ms: percentile(this.#latencies, 0.95),
    };
  }
}
