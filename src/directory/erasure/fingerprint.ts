import { createHmac } from 'node:crypto';
import { fold } from '../../kernel/fold.js';

/** The values that make somebody the same person to a provider (B15, B16). */
export interface Identity {
  userName?: string | null | undefined;
  email?: string | null | undefined;
  externalId?: string | null | undefined;
}

/**
 * What is kept of the identity of an erased person (B38): keyed hashes, one a value. Without the secret key nobody can find
 * out by trying names whether somebody was here; with another key than at the time of the erasure nothing matches any more.
 * The organization and the kind of value are part of each, so that equal values of two organizations have nothing in common.
 */
export function fingerprintsOf(secretKey: string, organizationId: string, identity: Identity): Buffer[] {
  const values = [
    ['userName', identity.userName && fold(identity.userName)],
    ['email', identity.email && fold(identity.email)],
    ['externalId', identity.externalId],
  ] as const;
  return values.flatMap(([kind, value]) =>
    value
      ? [
          createHmac('sha256', secretKey)
            .update(JSON.stringify(['erased-identity', organizationId, kind, value]))
            .digest(),
        ]
      : [],
  );
}
