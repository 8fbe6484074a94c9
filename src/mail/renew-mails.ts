import { sql } from 'kysely';
import { z } from 'zod';
import { command } from '../kernel/operation.js';
import { LEASE } from './claim-mails.js';

/** Keeps claimed mails for their worker while a slow server makes it wait. A worker that is dead renews nothing. */
export const renewMails = command({
  permission: 'mail:deliver',
  input: z.object({ claimId: z.uuid(), ids: z.array(z.uuid()) }),
  audit: () => undefined,
  async run(tx, { claimId, ids }): Promise<void> {
    await tx.rows(sql`
      update mails set due_at = now() + ${LEASE}
      where organization_id = ${tx.context.organizationId} and id = any(${ids}::uuid[]) and claim_id = ${claimId}
        and state = 'sending'
    `);
  },
});
