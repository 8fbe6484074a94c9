import { applyInvitationBatch } from '../src/invitations/apply-invitation-batch.js';
import type { Context } from '../src/kernel/context.js';

/** Makes the invitations of a batch, some at a time, until none waits. A process that stops leaves the rest to another. */
export async function makeInvitations(context: Context, id: string, stopping?: AbortSignal): Promise<void> {
  for (let more = true; more; ) {
    stopping?.throwIfAborted();
    more = (await applyInvitationBatch(context, { id }))?.more ?? false;
  }
}
