import { sql } from 'kysely';
import type { Database } from '../kernel/database.js';
import { runInSystem } from '../kernel/tenancy.js';

/** Whole months of the provisioning log that are kept beside the current one, unless PROVISIONING_LOG_MONTHS says otherwise. */
const DEFAULT_LOG_MONTHS = 13;

/** So many words of refusals go at a time that nobody waits for it; there is another time. */
const WORDS_AT_ONCE = 20_000;

/**
 * Makes the partitions of this month and the next two, moving rows that found none, and drops the months that are too
 * old. Several processes may call it at any time; it costs nothing when there is nothing to do. A partition that is in
 * use is dropped the next time, and so are words of refusals that are gone, a bounded number each time.
 */
export async function keepProvisioningLog(
  database: Database,
  monthsKept = DEFAULT_LOG_MONTHS,
): Promise<void> {
  await runInSystem(database, async (tx) => {
    await tx.rows(sql`select keep_provisioning_log(${monthsKept}::int)`);
    await tx.rows(sql`
      delete from provisioning_log_words where log_id in (
        select log_id from provisioning_log_words where log_id < provisioning_log_bound(
          (date_trunc('month', now() at time zone 'UTC') - make_interval(months => ${monthsKept}::int)) at time zone 'UTC')
        order by log_id limit ${WORDS_AT_ONCE})
    `);
  });
}
