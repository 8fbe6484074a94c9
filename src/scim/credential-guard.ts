import { DomainError } from '../kernel/errors.js';
import { Recent } from '../kernel/recent.js';
import { fingerprint } from '../kernel/secrets.js';
import type { KnownCredential } from '../provisioning/known-credential.js';

export interface GuardOptions {
  /** Refusals one address may collect at once. */
  refusals: number;
  /** Refusals a second that are forgiven. */
  forgivenPerSecond: number;
}

/** Identity providers share addresses between customers, so one of them with an old token must not shut out the rest. */
const OPTIONS: GuardOptions = { refusals: 1_000, forgivenPerSecond: 20 };

/** Credentials, and addresses, that are remembered. */
const MAX_REMEMBERED = 10_000;

/**
 * Remembers, in this process, which credentials were good and which addresses sent bad ones. Memory decides nothing
 * about access: it says whose pace a request counts for before the database is asked, who must wait, and what a request
 * is about that then proves in its first packet that its credential is still live.
 */
export class CredentialGuard {
  private readonly good = new Recent<KnownCredential>(MAX_REMEMBERED);
  private readonly refusals = new Recent<{ count: number; at: number }>(MAX_REMEMBERED);

  constructor(private readonly options: GuardOptions = OPTIONS) {}

  /** What this credential was when it was last accepted. */
  recall(authorization: string | undefined): KnownCredential | undefined {
    return authorization === undefined ? undefined : this.good.get(fingerprint(authorization));
  }

  /**
   * Throws RATE_LIMITED for a credential that has not been good yet from an address with too many refusals, whether it
   * is good or not, before anybody looks: the answer tells nothing.
   */
  requirePatience(address: string): void {
    if (Math.ceil(this.countOf(address)) < this.options.refusals) return;
    throw new DomainError(
      'RATE_LIMITED',
      'Too many requests without a valid credential came from this address. Send the request again after the time in Retry-After.',
      { retryAfter: Math.max(1, Math.ceil(1 / this.options.forgivenPerSecond)) },
    );
  }

  accepted(authorization: string | undefined, known: KnownCredential): void {
    if (authorization !== undefined) this.good.set(fingerprint(authorization), known);
  }

  refused(authorization: string | undefined, address: string): void {
    if (authorization !== undefined) this.good.delete(fingerprint(authorization));
    this.refusals.set(address, { count: this.countOf(address) + 1, at: performance.now() });
  }

  private countOf(address: string): number {
    const known = this.refusals.get(address);
    if (!known) return 0;
    return Math.max(
      0,
      known.count - ((performance.now() - known.at) / 1000) * this.options.forgivenPerSecond,
    );
  }
}
