import { sql } from 'kysely';
import type { License } from '../directory/shapes.js';
import { DomainError } from '../kernel/errors.js';
import type { Work } from '../kernel/operation.js';
import type { LicenseSettings } from './seat-pool.js';
import { type LicenseOutcome, takeLicense } from './take-license.js';

/** Somebody whose row this transaction has locked, as it is since then. */
export interface LockedUser {
  id: string;
  active: boolean;
  license: License | null;
}

/**
 * The step of every sign-in, in the transaction that makes the session: the person, whom the caller has locked, holds a
 * license from now on, and is recorded as signed in (B35). `waiting` and `refused` mean that there must be no session: the
 * transaction still commits, and the page says that all licenses are taken. FORBIDDEN for someone whose access has
 * ended (R6).
 */
export async function admitUser(
  tx: Work,
  user: LockedUser,
  settings: LicenseSettings,
): Promise<LicenseOutcome> {
  const { organizationId } = tx.context;
  if (!user.active) {
    throw new DomainError(
      'FORBIDDEN',
      'Your access to this organization has ended. Ask an administrator of the organization to bring you back.',
    );
  }
  const license = await takeLicense(tx, user, settings);
  if (license.outcome === 'held') {
    tx.closing(sql`
      update users set first_signed_in_at = coalesce(first_signed_in_at, now()), last_signed_in_at = now()
      where organization_id = ${organizationId} and id = ${user.id}
    `);
  }
  return license;
}
