import { applyBulkChange } from '../src/directory/apply-bulk-change.js';
import type { Context } from '../src/kernel/context.js';

/** How many bulk changes one process is at; each is short statements over few rows. */
export const BULK_CONCURRENCY = 2;

/** A sweep that found one waiting does this much of it, so that what else waits is not held up; the rest the next round. */
export const BATCHES_PER_SWEEP = 10;

/**
 * Settles a bulk change, batch by batch, until nobody of it waits or `batches` are done. A process that stops does not
 * begin another batch: it throws, so that the queue gives the rest to another process.
 */
export async function settleBulkChange(
  context: Context,
  id: string,
  stopping?: AbortSignal,
  batches = Number.POSITIVE_INFINITY,
): Promise<void> {
  for (let done = 0; done < batches; done += 1) {
    stopping?.throwIfAborted();
    const applied = await applyBulkChange(context, { id });
    if (!applied?.more) return;
  }
}
