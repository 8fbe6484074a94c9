/** However far away the end of a limit is, the database is asked again after this long. */
const MAX_KEPT_MS = 60_000;
/** Who is refused beyond these is refused by the database. */
const MAX_KEPT = 10_000;

/**
 * Limits this process knows to be reached. Until one has passed, whoever is above it is refused without anything being
 * asked: a flood that is refused must cost next to nothing. A limit that was reached is never un-reached before its time.
 */
export class ReachedLimits {
  /** By subject, oldest first; when it is to be asked about again, by `performance.now()`. */
  private readonly until = new Map<string, number>();

  /** `slug` names the organization that counts. */
  remember(slug: string, subjects: readonly string[], seconds: number): void {
    const until = performance.now() + Math.min(seconds * 1_000, MAX_KEPT_MS);
    for (const subject of subjects) {
      const key = `${slug} ${subject}`;
      this.until.delete(key);
      this.until.set(key, until);
      const [oldest] = this.until.keys();
      if (oldest !== undefined && this.until.size > MAX_KEPT) this.until.delete(oldest);
    }
  }

  /** Seconds until it is worth trying again; undefined where no limit is known to be reached. */
  secondsLeft(slug: string, subjects: readonly string[]): number | undefined {
    const now = performance.now();
    const left = subjects
      .map((subject) => (this.until.get(`${slug} ${subject}`) ?? 0) - now)
      .filter((ms) => ms > 0);
    return left.length === 0 ? undefined : Math.ceil(Math.max(...left) / 1_000);
  }
}
