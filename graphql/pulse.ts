/** How late an event may be because nobody looked: streams look at the rows this often, and not at all when there are none. */
const BEAT_MS = 500;

/**
 * The one clock of a process for everything that is followed live. Whoever waits is woken by each beat and looks at the
 * rows; looks with the same key between two beats are one look. Nothing is remembered from one beat to the next, so what
 * PostgreSQL's restart or a lost notification can lose is a beat.
 */
export class Pulse {
  private readonly waiting = new Set<() => void>();
  private readonly looks = new Map<string, Promise<unknown>>();
  private timer: NodeJS.Timeout | undefined;

  /** Until the next beat, or until the signal: a stream that ends waits for nothing. */
  next(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        this.waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.waiting.add(wake);
      signal.addEventListener('abort', wake);
      this.timer ??= setTimeout(() => this.beat(), BEAT_MS).unref();
    });
  }

  /** What somebody with this key saw since the last beat, or what `look` sees now. */
  look<T>(key: string, look: () => Promise<T>): Promise<T> {
    const known = this.looks.get(key) as Promise<T> | undefined;
    if (known) return known;
    const seen = look();
    this.looks.set(key, seen);
    // Between beats nobody may be there to clear it.
    this.timer ??= setTimeout(() => this.beat(), BEAT_MS).unref();
    return seen;
  }

  private beat(): void {
    this.timer = undefined;
    this.looks.clear();
    for (const wake of [...this.waiting]) wake();
  }
}
