import { sql } from 'kysely';
import { z } from 'zod';
import { command } from '../kernel/operation.js';

const Release = z.custom<(ids: ReadonlySet<string>) => Promise<void>>((f) => typeof f === 'function');

/**
 * Notes that mails are being handed over: all of each is with the server but the dot that ends it. `release` is told
 * which of them are still this worker's, as the last thing before commit, and resolves when those dots are written; so a
 * worker can be killed between dot and commit for about a millisecond only, where a mail is repeated, and never loses one.
 * `release` must not throw, and waits for nothing outside of this process.
 */
export const handOverMails = command({
  permission: 'mail:deliver',
  input: z.object({ claimId: z.uuid(), ids: z.array(z.uuid()), release: Release }),
  audit: () => undefined,
  async run(tx, { claimId, ids, release }): Promise<void> {
    const rows = await tx.rows(
      sql<{ id: string }>`
        update mails set handed_at = now()
        where organization_id = ${tx.context.organizationId} and id = any(${ids}::uuid[]) and claim_id = ${claimId}
          and state = 'sending'
        returning id
      `,
      { prepared: true },
    );
    await release(new Set(rows.map((row) => row.id)));
  },
});
