import type { Context } from '../kernel/context.js';
import { idFrom, newId } from '../kernel/ids.js';
import { organizationIdOf } from './organizations.queries.js';

/**
 * The context of an operator's request inside the organization that it names by its slug. NOT_FOUND when none has it.
 * Whoever is no operator stays where they are, and is refused there by the permission: nobody else learns who exists.
 */
export async function atOrganization(context: Context, slug: string): Promise<Context> {
  if (context.actor.kind !== 'operator_token') return context;
  return { ...context, organizationId: await organizationIdOf(context.database, slug) };
}

/**
 * The context of an operator's request inside an organization that it is about to create. The id follows from the token
 * and the Idempotency-Key, if there is one, so that the repeat of the request comes to the same organization.
 */
export function atNewOrganization(context: Context): Context {
  const { actor, idempotencyKey } = context;
  if (actor.kind !== 'operator_token') return context;
  const organizationId = idempotencyKey
    ? idFrom(`organization of ${actor.id} ${idempotencyKey.key}`)
    : newId();
  return { ...context, organizationId };
}
