import { type RawBuilder, sql } from 'kysely';
import type { WireStatement } from './packet.js';

/**
 * What must still be true of a credential that this process knows from an earlier request. The first transaction of the
 * request asks in its first packet, before any of its other statements is believed, so that a credential that was revoked
 * anywhere is refused from then on, at no round trip of its own.
 */
export interface CredentialCheck {
  /** Run with the rights of the organization. One object for a credential: requests that travel together prove it once. */
  readonly statement: WireStatement;
  /** Whether the rows say that everything is as it was remembered. */
  holds(rows: readonly Record<string, unknown>[]): boolean;
  /** Set once the rows were seen: further transactions of the request need not ask again. */
  isProven: boolean;
}

/** The credential is not what it was remembered to be. Nothing was changed: authenticate anew, and run the request again. */
export class CredentialChanged extends Error {
  constructor() {
    super('The credential has changed since this process last asked.');
  }
}

/** How often the use of a credential is noted (B3), as PostgreSQL reads it. */
export const NOTED_EVERY = `interval '1 minute'`;

/** Whether the last use of a credential, a column, is to be noted anew. Never on a standby, which can note nothing. */
export const useIsStale = (lastUse: RawBuilder<unknown>): RawBuilder<boolean> =>
  sql`(${lastUse} is null or ${lastUse} < now() - ${sql.raw(NOTED_EVERY)}) and not pg_is_in_recovery()`;
