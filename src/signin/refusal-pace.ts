const WINDOW_MS = 60_000;
/** Far more than a provider with a wrong clock sends while somebody looks into it. */
const REFUSED_PER_WINDOW = 30;
const MAX_CLIENTS = 10_000;

/**
 * Counts messages that were refused, per client and minute in this process. A provider that ends a thousand sessions at
 * once is never slowed, because nobody repeats what it says; whoever tries keys is.
 */
export class RefusalPace {
  private readonly refused = new Map<string, { count: number; until: number }>();

  /** Seconds until this client may say something again; undefined while it may. */
  secondsLeft(client: string): number | undefined {
    const seen = this.refused.get(client);
    if (!seen || seen.count < REFUSED_PER_WINDOW) return undefined;
    const left = seen.until - performance.now();
    return left > 0 ? Math.ceil(left / 1_000) : undefined;
  }

  note(client: string): void {
    const now = performance.now();
    const seen = this.refused.get(client);
    if (seen && seen.until > now) {
      seen.count += 1;
      return;
    }
    this.refused.delete(client);
    this.refused.set(client, { count: 1, until: now + WINDOW_MS });
    const [oldest] = this.refused.keys();
    if (oldest !== undefined && this.refused.size > MAX_CLIENTS) this.refused.delete(oldest);
  }
}
