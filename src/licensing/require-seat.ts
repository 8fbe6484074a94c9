import { sql } from 'kysely';
import { DomainError } from '../kernel/errors.js';
import type { Work } from '../kernel/operation.js';
import { licenseSettings } from './seat-pool.js';

/** The refusal when every seat is taken and nobody may wait (B35, B36). */
export const allLicensesAreTaken = (): DomainError =>
  new DomainError(
    'LIMIT_EXCEEDED',
    'All licenses of this organization are taken. Ask an administrator of the organization to free one.',
    { field: 'license' },
  );

/**
 * Refuses before anybody is made to verify an address for nothing: LIMIT_EXCEEDED when a sign-in could neither take a
 * license nor wait for one. Only a look: the seat is taken when they register.
 */
export async function requireSeatFor(tx: Work): Promise<void> {
  const { kind, whenNoLicenseIsFree } = await licenseSettings(tx);
  if (whenNoLicenseIsFree === 'wait') return;
  const free = await tx.rows(sql`
    select kind from seat_pools
    where organization_id = ${tx.context.organizationId} and kind = ${kind} and taken < bought
  `);
  if (free.length === 0) throw allLicensesAreTaken();
}
