import { sql } from 'kysely';
import type { License } from '../directory/shapes.js';
import { DomainError, notFound } from '../kernel/errors.js';
import { isId } from '../kernel/ids.js';
import type { Work } from '../kernel/operation.js';
import { type LicenseOutcome, takeLicense } from './take-license.js';

/**
 * The step of every sign-in, in the transaction that makes the session: the person is locked, holds a license from now
 * on, and is recorded as signed in (B35). `waiting` and `refused` mean that there must be no session: the transaction
 * still commits, and the page says that all licenses are taken. NOT_FOUND for nobody, FORBIDDEN for someone whose
 * access has ended (R6).
 */
export async function admitUser(tx: Work, userId: string): Promise<LicenseOutcome> {
  const { organizationId } = tx.context;
  const [user] = isId(userId)
    ? await tx.rows(sql<{ id: string; active: boolean; license: License | null }>`
        select id, active, license from users where organization_id = ${organizationId} and id = ${userId} for update
      `)
    : [];
  if (!user) throw notFound('user', userId);
  if (!user.active) {
    throw new DomainError(
      'FORBIDDEN',
      'Your access to this organization has ended. Ask an administrator of the organization to bring you back.',
    );
  }
  const license = await takeLicense(tx, user);
  if (license.outcome === 'held') {
    await tx.rows(sql`
      update users set first_signed_in_at = coalesce(first_signed_in_at, now()), last_signed_in_at = now()
      where organization_id = ${organizationId} and id = ${userId}
    `);
  }
  return license;
}
