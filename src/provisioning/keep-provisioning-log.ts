import { sql } from 'kysely';
import type { Database } from '../kernel/database.js';
import { runInSystem } from '../kernel/tenancy.js';

/** Whole months of the provisioning log that are kept beside the current one, unless PROVISIONING_LOG_MONTHS says otherwise. */
export const DEFAULT_LOG_MONTHS = 13;

/**
 * Makes the partitions of this month and the next two, moving rows that found none, and drops the months that are too
 * old. Several processes may call it at any time; it costs nothing when there is nothing to do. A partition that is in
 * use is dropped the next time.
 */
export async function keepProvisioningLog(
  database: Database,
  monthsKept = DEFAULT_LOG_MONTHS,
): Promise<void> {
  await runInSystem(database, (tx) => tx.rows(sql`select keep_provisioning_log(${monthsKept}::int)`));
}
