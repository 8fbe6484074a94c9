import { type RawBuilder, sql } from 'kysely';
import { actorName } from '../directory/actor-name.js';
import type { MembershipEventKind } from '../directory/membership-events.js';
import type { Transaction } from '../kernel/tenancy.js';
import { auditSentence, eventSentence, requestSentence } from './sentences.js';

/** What kind of row an explanation rests on. */
export const EVIDENCE_KINDS = ['request', 'audit', 'membership', 'membershipEvent', 'attribute'] as const;

/** One row that an explanation rests on. */
export interface Evidence {
  kind: (typeof EVIDENCE_KINDS)[number];
  at: Date;
  actor: string | null;
  sentence: string;
  requestId: string | null;
}

/** A request of the log, with what an explanation asks about it. */
export interface RequestEvidence extends Evidence {
  kind: 'request';
  operation: string;
  changed: string[];
}

interface RequestRow {
  at: string;
  actor: string | null;
  request_id: string;
  method: string;
  operation: string;
  outcome: string;
  status: number;
  detail: string | null;
  changed: string;
}

/** The newest requests that meet a condition on `provisioning_log l`, which an index must serve; newest first. */
export async function newestRequests(
  tx: Transaction,
  organizationId: string,
  condition: RawBuilder<unknown>,
  limit = 1,
): Promise<RequestEvidence[]> {
  const rows = await tx.rows(sql<RequestRow>`
    select l.at, l.request_id, l.method, l.operation, l.outcome, l.status, l.detail,
      ${actorName(organizationId, sql`'connection'`, sql`l.connection_id::text`)} as actor,
      (select coalesce(jsonb_agg(k), '[]') from jsonb_object_keys(l.changes) as k)::text as changed
    from provisioning_log l where l.organization_id = ${organizationId} and ${condition}
    order by l.id desc limit ${limit}
  `);
  return rows.map((row) => {
    const changed: string[] = JSON.parse(row.changed);
    return {
      kind: 'request',
      at: new Date(row.at),
      actor: row.actor,
      requestId: row.request_id,
      operation: row.operation,
      changed,
      sentence: requestSentence({ ...row, changed }),
    };
  });
}

/** The newest audit row about a target with one of these actions. */
export async function newestAudit(
  tx: Transaction,
  organizationId: string,
  target: string,
  actions: readonly string[],
): Promise<Evidence | undefined> {
  const [row] = await tx.rows(sql<{ at: string; actor: string | null; action: string; request_id: string }>`
    select a.at, a.action, a.request_id, ${actorName(organizationId, sql`a.actor_kind`, sql`a.actor_id`)} as actor
    from audit_log a where a.organization_id = ${organizationId} and a.target_id = ${target}
      and a.action = any(${actions}::text[])
    order by a.id desc limit 1
  `);
  return (
    row && {
      kind: 'audit',
      at: new Date(row.at),
      actor: row.actor,
      requestId: row.request_id,
      sentence: auditSentence(row.action, []),
    }
  );
}

/** A moment of a membership that is over, or was refused. */
export interface EventEvidence extends Evidence {
  kind: 'membershipEvent';
  event: MembershipEventKind;
  isOfProvider: boolean;
}

/** The newest moments of one person in one group; newest first. */
export async function newestEvents(
  tx: Transaction,
  organizationId: string,
  { userId, groupId, groupName }: { userId: string; groupId: string; groupName: string },
): Promise<EventEvidence[]> {
  const rows = await tx.rows(sql<{
    kind: MembershipEventKind;
    at: string;
    actor: string | null;
    actor_kind: string | null;
    request_id: string | null;
  }>`
    select e.kind, e.at, e.request_id, e.actor_kind,
      ${actorName(organizationId, sql`e.actor_kind`, sql`e.actor_id`)} as actor
    from (
      select e.kind, e.at, coalesce(e.request_id, c.request_id) as request_id,
        coalesce(e.actor_kind, c.actor_kind) as actor_kind, coalesce(e.actor_id, c.actor_id) as actor_id
      from membership_events e left join lateral (
        select c.request_id, c.actor_kind, c.actor_id from membership_changes c
        where c.organization_id = ${organizationId} and c.id = e.change_id offset 0) as c on true
      where e.organization_id = ${organizationId} and e.user_id = ${userId} and e.group_id = ${groupId}
      order by e.at desc limit 3) as e
    order by e.at desc
  `);
  return rows.map((row) => ({
    kind: 'membershipEvent',
    event: row.kind,
    isOfProvider: row.actor_kind === 'connection',
    at: new Date(row.at),
    actor: row.actor,
    requestId: row.request_id,
    sentence: eventSentence(row.kind, groupName),
  }));
}

/** A moment as an administrator reads it in a sentence. */
export const moment = (at: Date): string => `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
