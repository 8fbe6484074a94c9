import { sql } from 'kysely';
import { z } from 'zod';
import { command } from '../kernel/operation.js';
import { MAIL_COLUMNS, type MailRecord, type MailRow, toMailRecord } from './mail-rows.js';

/** How long a claim lasts unless it is renewed: a worker that was killed holds up its mails no longer than this. */
const LEASE_SECONDS = 5;

/** Said of a mail whose worker ended between handing it over and hearing the answer. */
const UNANSWERED = 'The mail server took it; the worker ended before its answer was recorded.';

/**
 * Claims mails that are due, for whoever delivers under this claim id. What a dead worker held is due again when its
 * lease ends, except for what it had handed over already: that counts as sent, because sending it again would be the
 * second time (I4).
 */
export const claimMails = command({
  permission: 'mail:deliver',
  input: z.object({ claimId: z.uuid(), limit: z.int().min(1).max(1_000) }),
  audit: () => undefined,
  async run(tx, { claimId, limit }): Promise<MailRecord[]> {
    const { organizationId } = tx.context;
    await tx.rows(sql`
      update mails set state = 'sent', sent_at = handed_at, last_error = ${UNANSWERED}
      where organization_id = ${organizationId} and state = 'sending' and handed_at is not null and due_at <= now()
    `);
    const rows = await tx.rows(sql<MailRow>`
      with due as (
        select organization_id, id from mails
        where organization_id = ${organizationId} and state in ('queued', 'sending') and due_at <= now()
        order by due_at limit ${limit} for update skip locked
      )
      update mails m set state = 'sending', claim_id = ${claimId}, due_at = now() + ${LEASE}
      from due, organizations o
      where m.organization_id = ${organizationId} and m.id = due.id and o.id = m.organization_id
      returning ${MAIL_COLUMNS}
    `);
    return rows.map(toMailRecord);
  },
});

/** From now on, as PostgreSQL says it. */
export const LEASE = sql`make_interval(secs => ${LEASE_SECONDS})`;
