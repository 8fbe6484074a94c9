/** How long after it last came a key counts as company. */
const COMPANY_MS = 1_000;

/** Who was here within the last second: what one key may take depends on whether there are others. */
export class Company {
  /** When each key last came, oldest first. */
  private readonly lastSeen = new Map<string, number>();

  /** The key is here now. */
  notice(key: string): void {
    const now = performance.now();
    this.lastSeen.delete(key);
    this.lastSeen.set(key, now);
    for (const [other, seen] of this.lastSeen) {
      if (now - seen < COMPANY_MS) break;
      this.lastSeen.delete(other);
    }
  }

  /** Whether more than one key was here when `notice` was last called. */
  get isCompany(): boolean {
    return this.lastSeen.size > 1;
  }
}
