import { type RawBuilder, sql } from 'kysely';
import type { Actor, Context } from './context.js';
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
 * One row for each of many things that changed alike, in one statement, in the transaction of the change. `actor` is whoever
 * asked for it, when the one who carries it out is a worker.
 */
export async function writeHistoryOfMany(
  tx: Transaction,
  context: Context,
  entry: Omit<AuditEntry, 'target'> & { actor: { kind: string; id: string }; targets: readonly string[] },
): Promise<void> {
  const { actor, action, targets, details = {} } = entry;
  await tx.rows(sql`
    insert into audit_log (organization_id, id, actor_kind, actor_id, action, target_id, request_id, details)
    select ${context.organizationId}::uuid, changed.id, ${actor.kind}::text, ${actor.id}::text, ${action}::text,
      changed.target, ${context.requestId}::text, ${JSON.stringify(details)}::jsonb
    from unnest(${targets.map(() => newId())}::uuid[], ${targets}::text[]) as changed(id, target)
  `);
}

/** A token that acts as a person is used by that person: the history names both. */
const actingFor = (actor: Actor): { actorUserId?: string } =>
  'userId' in actor && actor.userId !== undefined ? { actorUserId: actor.userId } : {};

/** Part of the transaction of the change, so that history and state cannot disagree (I8). */
export const auditRow = (context: Context, entry: AuditEntry): RawBuilder<unknown> => sql`
  insert into audit_log (organization_id, id, actor_kind, actor_id, action, target_id, request_id, details)
  values (${context.organizationId}, ${newId()}, ${context.actor.kind}, ${context.actor.id}, ${entry.action},
          ${entry.target}, ${context.requestId}, ${JSON.stringify({ ...entry.details, ...actingFor(context.actor) })})`;
