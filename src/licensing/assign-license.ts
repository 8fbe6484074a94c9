import { z } from 'zod';
import { lockUser } from '../directory/lock-user.js';
import { LICENSES, type License } from '../directory/shapes.js';
import { DomainError } from '../kernel/errors.js';
import { command } from '../kernel/operation.js';
import { announceFreeSeats, takeSeat } from './seat-pool.js';

export interface AssignedLicense {
  userId: string;
  license: License;
  /** What they held before. */
  before: License | null;
}

/**
 * Gives someone a license of a kind before they sign in, or moves them to the other kind (B35). LIMIT_EXCEEDED when none
 * of that kind is free or others wait for it, CONFLICT for someone whose access has ended, NOT_FOUND for nobody.
 */
export const assignLicense = command({
  permission: 'license:write',
  input: z.object({ userId: z.string(), license: z.enum(LICENSES) }),
  audit: (_input, { userId, license, before }: AssignedLicense) =>
    license === before
      ? undefined
      : { action: 'license.assigned', target: userId, details: { license, before } },
  async run(tx, { userId, license }) {
    const user = await lockUser(tx, userId);
    if (!user.active) {
      throw new DomainError(
        'CONFLICT',
        'This person is deactivated, and only people who may sign in hold a license. Reactivate them first.',
        { field: 'userId' },
      );
    }
    if (user.license === license) return { userId, license, before: license };
    if (!(await takeSeat(tx, userId, license))) throw noneIsFree(license);
    if (user.license) announceFreeSeats(tx);
    return { userId, license, before: user.license };
  },
});

function noneIsFree(license: License): DomainError {
  return new DomainError(
    'LIMIT_EXCEEDED',
    `No ${license} license is free: all that were bought are taken, or people wait for the free ones. Give one back, or buy more seats.`,
    { field: 'license' },
  );
}
