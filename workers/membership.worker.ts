import { applyMemberships } from '../src/directory/apply-memberships.js';
import type { Context } from '../src/kernel/context.js';
import { membershipDelay } from './metrics.js';

/** How many groups one process settles at a time; they never wait for each other. */
export const MEMBERSHIP_CONCURRENCY = 4;

/**
 * Settles a group, batch by batch, until nothing of it waits. A process that stops does not begin another batch: it
 * throws, so that the queue gives the rest to another process.
 */
export async function settleGroup(context: Context, groupId: string, stopping?: AbortSignal): Promise<void> {
  for (let more = true; more; ) {
    stopping?.throwIfAborted();
    const applied = await applyMemberships(context, { groupId });
    for (const delay of applied.delays) membershipDelay.observe(delay);
    more = applied.more;
  }
}
