import { sql } from 'kysely';
import { z } from 'zod';
import { command, type Work } from '../kernel/operation.js';
import { canBe, stateAfter } from './invitation-states.js';

/** Marked in one transaction; the sweeper comes again for the rest. */
const BATCH_SIZE = 1_000;

/** Marks the invitations whose time is over, by the clock of the database; how many. */
export const expireInvitations = command({
  permission: 'membership:apply',
  input: z.object({ organizationId: z.uuid() }),
  audit: ({ organizationId }, expired: number) =>
    expired === 0
      ? undefined
      : { action: 'invitations.expired', target: organizationId, details: { count: expired } },
  async run(tx) {
    const { organizationId } = tx.context;
    const rows = await tx.rows(sql`
      update invitations set state = ${stateAfter('expire')}
      where organization_id = ${organizationId} and id in (
        select id from invitations
        where organization_id = ${organizationId} and ${canBe('expire')} and expires_at <= now()
        order by id limit ${BATCH_SIZE} for update skip locked)
      returning id
    `);
    return rows.length;
  },
});

/** Makes room for another invitation where the last one is over although nobody has marked it yet. */
export async function expireOverdue(tx: Work, emailKeys: readonly string[]): Promise<void> {
  await tx.rows(sql`
    update invitations set state = ${stateAfter('expire')}
    where organization_id = ${tx.context.organizationId} and email_key = any(${emailKeys}::text[])
      and ${canBe('expire')} and expires_at <= now()
  `);
}
