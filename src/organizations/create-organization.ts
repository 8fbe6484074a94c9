import { sql } from 'kysely';
import { z } from 'zod';
import { EmailAddress } from '../kernel/email-address.js';
import { DomainError } from '../kernel/errors.js';
import { fold } from '../kernel/fold.js';
import { newId } from '../kernel/ids.js';
import { command } from '../kernel/operation.js';
import { MAX_SEATS, Organization, PLANS, SLUG } from './organization.entity.js';
import { Line, orAbsent } from './organization-input.js';

const seats = z.int().min(0).max(MAX_SEATS);

const CreateOrganizationInput = z.object({
  slug: z
    .string()
    .regex(SLUG, 'must be a DNS label: at most 63 lower-case letters, digits and inner hyphens'),
  name: orAbsent(Line),
  plan: z.enum(PLANS),
  seats: orAbsent(seats).transform((bought) => bought ?? 0),
  proSeats: orAbsent(seats).transform((bought) => bought ?? 0),
  ownerEmail: EmailAddress,
});

export interface CreatedOrganization {
  organizationId: string;
  slug: string;
  ownerId: string;
}

/**
 * Creates an organization with its owner. The context is that of the new organization: the operator chooses the id, so
 * that even this command runs inside one organization and behind row-level security. CONFLICT when the slug is taken,
 * and for a context of an organization that there is already.
 */
export const createOrganization = command({
  permission: 'organization:create',
  input: CreateOrganizationInput,
  audit: (input, created: CreatedOrganization) => ({
    action: 'organization.created',
    target: created.organizationId,
    details: { plan: input.plan, seats: input.seats, proSeats: input.proSeats },
  }),
  constraints: {
    organizations_slug_unique: ({ slug }) =>
      new DomainError(
        'CONFLICT',
        `An organization with the slug '${slug}' exists already. Choose another slug.`,
        {
          field: 'slug',
        },
      ),
    organizations_pkey: () =>
      new DomainError(
        'CONFLICT',
        'An organization was created with this Idempotency-Key more than 24 hours ago. Use a new key for another organization.',
        { field: 'Idempotency-Key' },
      ),
  },
  async run(tx, input) {
    const { organizationId } = tx.context;
    const ownerId = newId();
    tx.em.create(Organization, {
      id: organizationId,
      slug: input.slug,
      name: input.name ?? input.slug,
      plan: input.plan,
    });
    await tx.em.flush();
    await tx.rows(sql`
      insert into users (organization_id, id, email, email_key, role)
      values (${organizationId}, ${ownerId}, ${input.ownerEmail}, ${fold(input.ownerEmail)}, 'owner')
    `);
    await tx.rows(sql`
      insert into seat_pools (organization_id, kind, bought)
      values (${organizationId}, 'standard', ${input.seats}), (${organizationId}, 'pro', ${input.proSeats})
    `);
    return { organizationId, slug: input.slug, ownerId };
  },
});
