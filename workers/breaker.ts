/** Failures in a row after which nobody knocks for a while. */
const FAILURES = 3;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/** Keeps workers from knocking at a server that is away: after a few failures there is a pause, which doubles. */
export class Breaker {
  private failures = 0;
  private openUntil = 0;

  /** Milliseconds until somebody may knock again; 0 when the way is free. */
  get pause(): number {
    return Math.max(0, this.openUntil - performance.now());
  }

  /** Whether the last attempts failed, so that the next one should be a single one. */
  get isDoubtful(): boolean {
    return this.failures > 0;
  }

  succeeded(): void {
    this.failures = 0;
    this.openUntil = 0;
  }

  /** Attempts that began before the pause and fail in it say nothing new. */
  failed(): void {
    if (this.pause > 0) return;
    this.failures += 1;
    const doublings = this.failures - FAILURES;
    if (doublings < 0) return;
    this.openUntil = performance.now() + Math.min(FIRST_PAUSE_MS * 2 ** doublings, LONGEST_PAUSE_MS);
  }
}
