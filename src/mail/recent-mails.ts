import { sql } from 'kysely';
import type { Database } from '../kernel/database.js';
import { runInSystem } from '../kernel/tenancy.js';
import { MAIL_COLUMNS, type MailRecord, type MailRow, toMailRecord } from './mail-rows.js';

/** A screen or two. */
const SHOWN = 50;

/** The latest mails of every organization, for the outbox page, which there is outside production only. */
export async function recentMails(database: Database): Promise<MailRecord[]> {
  const rows = await runInSystem(database, (tx) =>
    tx.rows(sql<MailRow>`
      select ${MAIL_COLUMNS} from mails m join organizations o on o.id = m.organization_id
      order by m.id desc limit ${SHOWN}
    `),
  );
  return rows.map(toMailRecord);
}
