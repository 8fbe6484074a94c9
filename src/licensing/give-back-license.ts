import { sql } from 'kysely';
import { z } from 'zod';
import { lockUser } from '../directory/lock-user.js';
import type { License } from '../directory/shapes.js';
import { command } from '../kernel/operation.js';
import { announceFreeSeats } from './seat-pool.js';

export interface GivenBackLicense {
  userId: string;
  /** What they held; null when there was nothing to give back. */
  before: License | null;
}

/**
 * Frees the seat of someone who stays a person of the organization, and takes them out of the line (B35). They take
 * another one at their next sign-in. Deactivating gives back by itself. NOT_FOUND for nobody.
 */
export const giveBackLicense = command({
  permission: 'license:write',
  input: z.object({ userId: z.string() }),
  audit: (_input, { userId, before }: GivenBackLicense) =>
    before === null
      ? undefined
      : { action: 'license.givenBack', target: userId, details: { license: before } },
  async run(tx, { userId }) {
    const user = await lockUser(tx, userId);
    const { organizationId } = tx.context;
    await tx.rows(sql`
      with left_line as (
        delete from license_requests where organization_id = ${organizationId} and user_id = ${userId})
      update users set license = null, license_taken_at = null
      where organization_id = ${organizationId} and id = ${userId} and license is not null
    `);
    if (user.license) announceFreeSeats(tx);
    return { userId, before: user.license };
  },
});
