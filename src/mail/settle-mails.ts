import { sql } from 'kysely';
import { z } from 'zod';
import { command } from '../kernel/operation.js';

/** A server's words are kept to this length. */
const MAX_ERROR = 300;

const Outcome = z.object({
  id: z.uuid(),
  state: z.enum(['sent', 'queued', 'failed']),
  /** Why it was not sent, in the server's words or ours. */
  error: z
    .string()
    .transform((text) => text.toWellFormed().replaceAll('\0', '').slice(0, MAX_ERROR))
    .nullable(),
  /** For `queued`: when it is due again. */
  retrySeconds: z.number().min(0).default(0),
  /** Whether the server looked at this mail; a server that is away does not use up its attempts. */
  attempted: z.boolean().default(true),
});

/** What became of one mail. */
export type MailOutcome = z.input<typeof Outcome>;

/** Stores what became of the mails a worker had claimed. What it does not hold any more is left as it is. */
export const settleMails = command({
  permission: 'mail:deliver',
  input: z.object({ claimId: z.uuid(), outcomes: z.array(Outcome) }),
  audit: () => undefined,
  async run(tx, { claimId, outcomes }): Promise<void> {
    await tx.rows(sql`
      update mails m set
        state = r.state, last_error = r.error, attempts = m.attempts + r.attempted::int,
        due_at = now() + make_interval(secs => r."retrySeconds"),
        sent_at = case when r.state = 'sent' then now() end,
        handed_at = case when r.state = 'sent' then m.handed_at end
      from jsonb_to_recordset(${JSON.stringify(outcomes)}::jsonb)
        as r(id uuid, state text, error text, "retrySeconds" float8, attempted boolean)
      where m.organization_id = ${tx.context.organizationId} and m.id = r.id and m.claim_id = ${claimId}
    `);
  },
});
