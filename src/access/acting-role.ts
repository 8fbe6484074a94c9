import { sql } from 'kysely';
import { DomainError } from '../kernel/errors.js';
import type { Work } from '../kernel/operation.js';
import { lowerRole, mayGrant, type Role } from '../kernel/permissions.js';

/**
 * Makes changes of roles wait for each other, so that each sees what the one before left: two owners who demote each
 * other at once leave one of them (B33). First in the lock order; nothing that merely refers to the organization waits.
 */
export async function lockRoles(tx: Work): Promise<void> {
  await tx.rows(sql`select id from organizations where id = ${tx.context.organizationId} for no key update`);
}

/**
 * What the caller may grant, as of now: a person's token was authenticated before this transaction, and the person may
 * have lost the role in between. FORBIDDEN for a caller without a role. Call it with the roles locked.
 */
export async function actingRole(tx: Work): Promise<Role> {
  const { actor, organizationId } = tx.context;
  if (!('role' in actor)) throw forbidden('This caller has no role, so it cannot grant one.');
  if (actor.kind === 'operator' || actor.userId === undefined) return actor.role;
  const [row] = await tx.rows(sql<{ role: Role }>`
    select role from users where organization_id = ${organizationId} and id = ${actor.userId} and active
  `);
  if (!row) throw forbidden('Whoever this token acts as has been deactivated.');
  return lowerRole(actor.role, row.role);
}

/** B33: nobody grants more than they have, nor takes from someone who has more. FORBIDDEN names the role in the way. */
export function requireMayGrant(acting: Role, roles: readonly Role[]): void {
  const above = roles.find((role) => !mayGrant(acting, role));
  if (above === undefined) return;
  throw forbidden(
    `The role '${above}' is above your own ('${acting}'): only ${above === 'owner' ? 'an owner' : 'someone who has it'} gives or takes it.`,
  );
}

const forbidden = (message: string): DomainError => new DomainError('FORBIDDEN', message, { field: 'role' });
