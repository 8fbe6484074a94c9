import { type RawBuilder, sql } from 'kysely';
import { z } from 'zod';
import { actorName } from '../directory/actor-name.js';
import type { MembershipEventKind } from '../directory/membership-events.js';
import { DomainError } from '../kernel/errors.js';
import { query } from '../kernel/operation.js';
import { KeysetPage } from '../kernel/page.js';
import { boundAt } from './log-id.js';
import { auditSentence, eventSentence, requestSentence } from './sentences.js';

/** What kinds of things happen to a person. */
export const TIMELINE_KINDS = ['scim', 'membership', 'invitation', 'license', 'signIn', 'admin'] as const;
export type TimelineKind = (typeof TIMELINE_KINDS)[number];

export interface TimelineEntry {
  /** Where it stands; also its cursor. */
  id: string;
  kind: TimelineKind;
  at: Date;
  actor: string | null;
  sentence: string;
  requestId: string | null;
}

interface TimelineRow {
  at: string;
  place: string;
  kind: TimelineKind;
  source: 'request' | 'audit' | 'event';
  actor: string | null;
  request_id: string | null;
  facts: string;
}

/**
 * Requests that arrived at the same time are logged in the order in which they ended, so this many more than asked are
 * looked at before they are put in order.
 */
const OUT_OF_ORDER = 50;
/** The id carries the time of the process, `at` that of the database: as in the log itself. */
const SKEW_MS = 24 * 60 * 60 * 1000;

interface Place {
  at: string;
  place: string;
}

const Wanted = {
  userId: z.uuid(),
  kinds: z.array(z.enum(TIMELINE_KINDS)).max(TIMELINE_KINDS.length).nullish(),
};

/**
 * What happened to a person, newest first: requests about them that were more than a look, memberships as they were
 * accepted and took effect, and what administrators, invitations, licenses and sign-ins did. One statement.
 */
export const timeline = query({
  permission: 'connection:read',
  input: z.object({ ...Wanted, page: KeysetPage.prefault({}) }),
  async run(tx, { userId, kinds, page }): Promise<{ rows: TimelineEntry[]; hasNextPage: boolean }> {
    const { organizationId } = tx.context;
    const before = page.after ? readPlace(page.after) : undefined;
    const from = { organizationId, userId, before, take: page.first + 1 };
    const branches = branchesOf(from, kinds);
    if (branches.length === 0) return { rows: [], hasNextPage: false };
    const rows = await tx.rows(sql<TimelineRow>`
      select t.at, t.place, t.kind, t.source, t.request_id, t.facts::text as facts,
        ${actorName(organizationId, sql`t.actor_kind`, sql`t.actor_id`)} as actor
      from (
        select * from (${sql.join(branches, sql` union all `)}) as b
        order by b.at desc, b.place desc limit ${from.take}) as t
      order by t.at desc, t.place desc
    `);
    return { rows: rows.slice(0, page.first).map(toEntry), hasNextPage: rows.length > page.first };
  },
});

/** How many entries that is. */
export const timelineCount = query({
  permission: 'connection:read',
  input: z.object(Wanted),
  async run(tx, { userId, kinds }): Promise<number> {
    const from = { organizationId: tx.context.organizationId, userId, before: undefined, take: undefined };
    const branches = branchesOf(from, kinds);
    if (branches.length === 0) return 0;
    const [row] = await tx.rows(sql<{ total: number }>`
      select count(*)::int as total from (${sql.join(branches, sql` union all `)}) as t
    `);
    return row?.total ?? 0;
  },
});

function branchesOf(from: From, kinds: readonly TimelineKind[] | null | undefined): RawBuilder<unknown>[] {
  const wanted = new Set<TimelineKind>(kinds ?? TIMELINE_KINDS);
  const isAudited = [...wanted].some((kind) => kind !== 'scim' && kind !== 'membership');
  return [
    ...(wanted.has('scim') ? [requests(from)] : []),
    ...(wanted.has('membership') ? [memberships(from)] : []),
    ...(isAudited ? [audits(from, wanted)] : []),
  ];
}

interface From {
  organizationId: string;
  userId: string;
  before: Place | undefined;
  /** Undefined takes everything. */
  take: number | undefined;
}

const limit = (take: number | undefined) => (take === undefined ? sql`` : sql`limit ${take}`);

/** `place` is ordered by code point; the row comparison keeps what happened in the same instant on one page each. */
const older = (before: Place | undefined, at: RawBuilder<unknown>, place: RawBuilder<unknown>) =>
  before
    ? sql`and (${at}, ${place}) < (${before.at}::timestamptz, ${before.place}::text collate "C")`
    : sql``;

function requests({ organizationId, userId, before, take }: From): RawBuilder<unknown> {
  const place = sql`'r' || l.id`;
  const window = before ? sql`and l.id < ${boundAt(Date.parse(before.at) + SKEW_MS)}` : sql``;
  return sql`(
    select l.at, (${place}) collate "C" as place, 'scim' as kind, 'request' as source, 'connection' as actor_kind,
      l.connection_id::text as actor_id, l.request_id, jsonb_build_object('method', l.method, 'operation', l.operation,
        'outcome', l.outcome, 'status', l.status, 'detail', l.detail, 'changed',
        (select coalesce(jsonb_agg(k), '[]') from jsonb_object_keys(l.changes) as k)) as facts
    from provisioning_log l
    where l.organization_id = ${organizationId} and l.target_id = ${userId} ${window}
      and (l.method <> 'GET' or l.outcome in ('refused', 'failed')) ${older(before, sql`l.at`, place)}
    order by l.id desc ${limit(take && take + OUT_OF_ORDER)})`;
}

/** Each settled membership is two moments; one that is not settled yet is in its own row. */
function memberships({ organizationId, userId, before, take }: From): RawBuilder<unknown> {
  const place = sql`'m' || m.moment || e.group_id`;
  return sql`(
    select m.at, (${place}) collate "C" as place, 'membership' as kind, 'event' as source,
      coalesce(e.actor_kind, case m.moment when 2 then 'worker' else c.actor_kind end) as actor_kind,
      coalesce(e.actor_id, c.actor_id) as actor_id, coalesce(e.request_id, c.request_id) as request_id,
      jsonb_build_object('kind', m.kind, 'group',
        (select g.display_name from groups g where g.organization_id = ${organizationId} and g.id = e.group_id)) as facts
    from (
      select group_id, kind, at, accepted_at, change_id, actor_kind, actor_id, request_id from membership_events
      where organization_id = ${organizationId} and user_id = ${userId}
      union all
      select group_id, null, null, accepted_at, change_id, null, null, null from memberships w
      where w.organization_id = ${organizationId} and w.user_id = ${userId} and w.state <> 'active') as e
    cross join lateral (values
      (1, e.accepted_at, case when e.kind in ('active', 'cancelled') then 'adding' when e.kind = 'removed' then 'removing'
        else (select w.state from memberships w where w.organization_id = ${organizationId} and w.group_id = e.group_id
          and w.user_id = ${userId}) end),
      (2, e.at, e.kind)) as m (moment, at, kind)
    left join lateral (
      select c.request_id, c.actor_kind, c.actor_id from membership_changes c
      where c.organization_id = ${organizationId} and c.id = e.change_id offset 0) as c on true
    where m.at is not null ${older(before, sql`m.at`, place)}
    order by m.at desc, 2 desc ${limit(take)})`;
}

/** What a provider's request did is told by its row of the log, as long as that is kept. */
function audits(
  { organizationId, userId, before, take }: From,
  wanted: Set<TimelineKind>,
): RawBuilder<unknown> {
  const place = sql`'a' || a.id`;
  const kind = sql`case when a.action like 'license.%' then 'license'
    when a.action like 'session.%' or a.action like 'user.signed%' or a.action like 'password.%' then 'signIn'
    when a.action like 'invitation.%' or a.action = 'user.invited' then 'invitation' else 'admin' end`;
  return sql`(
    select a.at, (${place}) collate "C" as place, ${kind} as kind, 'audit' as source, a.actor_kind, a.actor_id, a.request_id,
      jsonb_build_object('action', a.action, 'changed', coalesce(a.details -> 'changed', '[]')) as facts
    from audit_log a
    where a.organization_id = ${organizationId} and a.target_id = any(array[${userId}::text] || array(
        select i.id::text from invitations i where i.organization_id = ${organizationId} and i.user_id = ${userId}))
      and ${kind} = any(${[...wanted]}::text[])
      and not (a.actor_kind = 'connection' and (select true from provisioning_log l
        where l.organization_id = ${organizationId} and l.request_id = a.request_id limit 1) is not null)
      ${older(before, sql`a.at`, place)}
    order by a.at desc, 2 desc ${limit(take)})`;
}

function toEntry(row: TimelineRow): TimelineEntry {
  const facts = JSON.parse(row.facts);
  const sentence =
    row.source === 'request'
      ? requestSentence(facts)
      : row.source === 'audit'
        ? auditSentence(facts.action, facts.changed)
        : eventSentence(facts.kind as MembershipEventKind, facts.group);
  return {
    id: Buffer.from(JSON.stringify([row.at, row.place])).toString('base64url'),
    kind: row.kind,
    at: new Date(row.at),
    actor: row.actor,
    sentence,
    requestId: row.request_id,
  };
}

const MOMENT = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?[+-]\d\d(:\d\d)?$/;
const PLACE = /^[ram][0-9a-f-]{36,37}$/;

function readPlace(cursor: string): Place {
  try {
    const [at, place]: unknown[] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (typeof at === 'string' && typeof place === 'string' && MOMENT.test(at) && PLACE.test(place))
      return { at, place };
  } catch {
    // Told below like every other text that is not ours.
  }
  throw new DomainError(
    'INVALID_INPUT',
    `'${cursor.slice(0, 40)}' is not a cursor of a timeline. Pass the endCursor of the page before, unchanged.`,
    { field: 'after' },
  );
}
