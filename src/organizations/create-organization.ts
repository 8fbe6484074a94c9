import { sql } from 'kysely';
import { z } from 'zod';
import { EmailAddress } from '../kernel/email-address.js';
import { DomainError } from '../kernel/errors.js';
import { fold } from '../kernel/fold.js';
import { newId } from '../kernel/ids.js';
import { command } from '../kernel/operation.js';
import { MAX_SEATS, Organization, PLANS } from './organization.entity.js';

const CreateOrganizationInput = z.object({
  slug: z
    .string()
    .regex(
      /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
      'must be a DNS label: lower-case letters, digits and inner hyphens',
    ),
  name: z.string().min(1).max(200).optional(),
  plan: z.enum(PLANS),
  seats: z.int().min(0).max(MAX_SEATS).default(0),
  proSeats: z.int().min(0).max(MAX_SEATS).default(0),
  ownerEmail: EmailAddress,
});

export interface CreatedOrganization {
  organizationId: string;
  slug: string;
  ownerId: string;
}

/**
 * Creates an organization with its owner. The context is that of the new organization: the operator chooses the id, so
 * that even this command runs inside one organization and behind row-level security. CONFLICT when the slug is taken.
 */
export const createOrganization = command({
  permission: 'organization:write',
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
