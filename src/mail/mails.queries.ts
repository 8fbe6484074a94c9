import { sql } from 'kysely';
import { z } from 'zod';
import { query } from '../kernel/operation.js';
import { KeysetPage, type KeysetResult, readCursor } from '../kernel/page.js';
import { MAIL_COLUMNS, MAIL_STATES, type MailRecord, type MailRow, toMailRecord } from './mail-rows.js';

const State = z
  .enum(MAIL_STATES)
  .nullish()
  .transform((state) => state ?? undefined);

/** What was written to the people of the organization, newest first, in one state or in all. */
export const mails = query({
  permission: 'mail:read',
  input: z.object({ state: State, page: KeysetPage }),
  async run(tx, { state, page: { first, after } }): Promise<KeysetResult<MailRecord>> {
    const rows = await tx.rows(sql<MailRow>`
      select ${MAIL_COLUMNS} from mails m join organizations o on o.id = m.organization_id
      where m.organization_id = ${tx.context.organizationId} ${state ? sql`and m.state = ${state}` : sql``}
        ${after ? sql`and m.id < ${readCursor(after)}` : sql``}
      order by m.id desc limit ${first + 1}
    `);
    return { rows: rows.slice(0, first).map(toMailRecord), hasNextPage: rows.length > first };
  },
});

/** How many mails that list has. */
export const mailCount = query({
  permission: 'mail:read',
  input: z.object({ state: State }),
  async run(tx, { state }): Promise<number> {
    const [row] = await tx.rows(sql<{ count: number }>`
      select count(*)::int as count from mails m
      where m.organization_id = ${tx.context.organizationId} ${state ? sql`and m.state = ${state}` : sql``}
    `);
    return row?.count ?? 0;
  },
});
