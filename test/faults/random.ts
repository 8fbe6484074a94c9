/** Numbers that look random and are the same for the same seed, so that a schedule of faults can be repeated. */
export class Random {
  constructor(private state: number) {}

  /** At least 0, less than 1 (mulberry32). */
  readonly next = (): number => {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };

  readonly below = (limit: number): number => Math.floor(this.next() * limit);

  readonly between = (low: number, high: number): number => low + this.next() * (high - low);

  pick<T>(list: readonly T[]): T {
    if (list.length === 0) throw new Error('There is nothing to pick from.');
    return list[this.below(list.length)] as T;
  }

  /** Some of a list, in random order. */
  some<T>(list: readonly T[], count: number): T[] {
    const left = [...list];
    return Array.from(
      { length: Math.min(count, left.length) },
      () => left.splice(this.below(left.length), 1)[0] as T,
    );
  }

  /** A sequence of its own, so that what one part draws does not shift what another one does. */
  readonly fork = (salt: number): Random => new Random((this.state ^ Math.imul(salt + 1, 0x9e3779b1)) | 0);
}
