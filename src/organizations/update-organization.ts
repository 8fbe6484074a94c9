import { sql } from 'kysely';
import { z } from 'zod';
import { DomainError } from '../kernel/errors.js';
import { command, type Work } from '../kernel/operation.js';
import { LANGUAGES, Organization, WHEN_NO_LICENSE_IS_FREE } from './organization.entity.js';
import { Line, orAbsent } from './organization-input.js';

const settings = {
  name: Line,
  language: z.enum(LANGUAGES),
  whenNoLicenseIsFree: z.enum(WHEN_NO_LICENSE_IS_FREE),
  proForEveryone: z.boolean(),
};

/**
 * Changes what an organization decides about itself; what is absent or null stays, except for `contact`, which null
 * clears. Plan and seats are not among it: they are bought (`updatePlan`). PRECONDITION_FAILED for Pro for everyone
 * without a single Pro seat.
 */
export const updateOrganization = command({
  permission: 'organization:write',
  input: z.object({
    name: orAbsent(settings.name),
    language: orAbsent(settings.language),
    whenNoLicenseIsFree: orAbsent(settings.whenNoLicenseIsFree),
    proForEveryone: orAbsent(settings.proForEveryone),
    contact: Line.nullish(),
  }),
  audit: (input, organization: Organization) => ({
    action: 'organization.updated',
    target: organization.id,
    details: { changed: Object.keys(input).filter((key) => input[key as keyof typeof input] !== undefined) },
  }),
  async run(tx, input) {
    const { organizationId } = tx.context;
    await tx.rows(sql`select id from organizations where id = ${organizationId} for no key update`);
    if (input.proForEveryone) await requireProSeats(tx);
    const organization = await tx.em.findOneOrFail(Organization, { id: organizationId });
    for (const [name, value] of Object.entries(input)) {
      if (value !== undefined) Object.assign(organization, { [name]: value });
    }
    if (input.whenNoLicenseIsFree !== undefined || input.proForEveryone !== undefined) {
      tx.emit({ topic: 'license.freed', ids: {} });
    }
    return organization;
  },
});

async function requireProSeats(tx: Work): Promise<void> {
  const found = await tx.rows(sql`
    select kind from seat_pools
    where organization_id = ${tx.context.organizationId} and kind = 'pro' and bought > 0
  `);
  if (found.length > 0) return;
  throw new DomainError(
    'PRECONDITION_FAILED',
    'Pro for everyone needs Pro seats, and this organization has bought none: nobody could sign in for the first time. Buy Pro seats first.',
    { field: 'proForEveryone' },
  );
}
