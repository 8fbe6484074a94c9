import { sql } from 'kysely';
import type { Context, RecordedChange } from './context.js';
import { newId } from './ids.js';
import type { Transaction } from './tenancy.js';

/** What one command did, in the past tense of its name: `user.invited`, `group.updated`. */
export interface AuditEntry {
  action: string;
  /** The id of the row that changed. */
  target: string;
  /** Ids, counts and names of changed attributes; never their values, so that erasure needs no rewrite (B38). */
  details?: Record<string, unknown>;
}

/**
 * Written in the transaction of the change, so that history and state cannot disagree (I8). The caller's own record goes
 * along in the same statement: a round trip is most of what either costs.
 */
export async function writeHistory(
  tx: Transaction,
  context: Context,
  entry: AuditEntry | undefined,
  recorded: readonly RecordedChange[],
): Promise<void> {
  const record = context.keepRecord?.(recorded);
  const row = entry && auditRow(context, entry);
  const both = row && record ? sql`with record as (${record}) ${row}` : (row ?? record);
  if (both) await tx.rows(both);
}

const auditRow = (context: Context, entry: AuditEntry) => sql`
  insert into audit_log (organization_id, id, actor_kind, actor_id, action, target_id, request_id, details)
  values (${context.organizationId}, ${newId()}, ${context.actor.kind}, ${context.actor.id}, ${entry.action},
          ${entry.target}, ${context.requestId}, ${JSON.stringify(entry.details ?? {})})`;
