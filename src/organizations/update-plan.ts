import { sql } from 'kysely';
import { z } from 'zod';
import { DomainError } from '../kernel/errors.js';
import { command, type Work } from '../kernel/operation.js';
import { MAX_SEATS, PLANS, type Plan } from './organization.entity.js';
import { orAbsent } from './organization-input.js';

const seats = z.int().min(0).max(MAX_SEATS);

export interface UpdatedPlan {
  organizationId: string;
  plan: Plan;
  seats: number;
  proSeats: number;
}

/**
 * Changes what an organization bought: its plan and the seats of each kind; what is absent stays (B35). For operators
 * alone, because the software company sells them. CONFLICT below what is taken, and for leaving the Enterprise plan
 * while an identity provider provisions (B1).
 */
export const updatePlan = command({
  permission: 'plan:write',
  input: z
    .object({ plan: orAbsent(z.enum(PLANS)), seats: orAbsent(seats), proSeats: orAbsent(seats) })
    .refine((input) => Object.values(input).some((value) => value !== undefined), {
      message: 'say what to change: plan, seats or proSeats',
    }),
  audit: (input, updated: UpdatedPlan) => ({
    action: 'plan.updated',
    target: updated.organizationId,
    details: { ...input },
  }),
  constraints: {
    seat_pools_never_oversold: (input) =>
      new DomainError(
        'CONFLICT',
        'More licenses are taken than the seats you ask for. Have the organization give back licenses first, or keep at least as many seats as are taken.',
        { field: input.seats === undefined ? 'proSeats' : 'seats' },
      ),
  },
  async run(tx, { plan, seats, proSeats }): Promise<UpdatedPlan> {
    const { organizationId } = tx.context;
    await tx.rows(sql`select id from organizations where id = ${organizationId} for no key update`);
    if (plan !== undefined && plan !== 'enterprise') await requireNoScim(tx);
    const [organization] = await tx.rows(sql<{ plan: Plan }>`
      update organizations set plan = coalesce(${plan ?? null}, plan) where id = ${organizationId} returning plan
    `);
    if (!organization) throw new Error('An organization that is entered exists.');
    const pools = await tx.rows(sql<{ kind: string; bought: number }>`
      update seat_pools
      set bought = coalesce(case kind when 'standard' then ${seats ?? null}::int else ${proSeats ?? null}::int end, bought)
      where organization_id = ${organizationId} returning kind, bought
    `);
    tx.emit({ topic: 'license.freed', ids: {} });
    const bought = (kind: string): number => pools.find((pool) => pool.kind === kind)?.bought ?? 0;
    return { organizationId, ...organization, seats: bought('standard'), proSeats: bought('pro') };
  },
});

async function requireNoScim(tx: Work): Promise<void> {
  const active = await tx.rows(sql`
    select id from scim_connections
    where organization_id = ${tx.context.organizationId} and status = 'active' limit 1
  `);
  if (active.length === 0) return;
  throw new DomainError(
    'CONFLICT',
    'An identity provider provisions people here, which only the Enterprise plan includes. Have the organization disable its SCIM connection first.',
    { field: 'plan' },
  );
}
