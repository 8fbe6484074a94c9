import { sql } from 'kysely';
import type { License } from '../directory/shapes.js';
import type { Work } from '../kernel/operation.js';
import { grantToLine, type LicenseSettings, licenseSettings, takeSeat } from './seat-pool.js';

/** How asking for a license ended. */
export type LicenseOutcome =
  | { outcome: 'held'; license: License }
  /** None is free and the organization lets people wait: a license is granted in the order of asking. */
  | { outcome: 'waiting' }
  /** None is free, and the organization wants the answer now. */
  | { outcome: 'refused' };

/**
 * Gives someone the license of a sign-in: the one they hold, a free one, a place in the line or nothing (B35). Never
 * throws for want of seats, because a place in the line must be committed. The caller has locked the person; the pool
 * is locked last. Someone with a standard license moves to Pro when it is for everyone and a Pro seat is free. `settings`
 * are read when the caller has not.
 */
export async function takeLicense(
  tx: Work,
  user: { id: string; license: License | null },
  settings?: LicenseSettings,
): Promise<LicenseOutcome> {
  const { kind, whenNoLicenseIsFree } = settings ?? (await licenseSettings(tx));
  if (user.license === kind) return { outcome: 'held', license: kind };
  if (await takeSeat(tx, user.id, kind)) return { outcome: 'held', license: kind };
  if (user.license) return { outcome: 'held', license: user.license };
  if (whenNoLicenseIsFree === 'refuse') return { outcome: 'refused' };
  await tx.rows(sql`
    insert into license_requests (organization_id, user_id) values (${tx.context.organizationId}, ${user.id})
    on conflict do nothing
  `);
  const granted = await grantToLine(tx, kind);
  return granted.includes(user.id) ? { outcome: 'held', license: kind } : { outcome: 'waiting' };
}

/**
 * B35: where Pro is bought for everyone, accepting an invitation assigns it already. When none is free the acceptance
 * stands, and the first sign-in asks again. The caller has locked the person.
 */
export async function takeProForEveryone(tx: Work, userId: string): Promise<void> {
  const { kind } = await licenseSettings(tx);
  if (kind === 'pro') await takeSeat(tx, userId, kind);
}
