import { type RawBuilder, sql } from 'kysely';
import type { Language } from '../organizations/organization.entity.js';

/** What is known of one connection before anybody judges it. */
export interface ConnectionFacts {
  id: string;
  slug: string;
  language: Language;
  plan: 'team' | 'enterprise';
  hasSso: boolean;
  status: 'active' | 'disabled';
  liveCredentials: number;
  /** Of the newest live client id, and the last four of the newest live secrets: to show where each belongs (B2). */
  basicLookupId: string | null;
  basicLastFour: string | null;
  bearerLastFour: string | null;
  /** Whether any credential of it was ever accepted. */
  wasUsed: boolean;
  /** When the credential ends that the provider used last; null when it does not end, or has not been used. */
  usedUntil: Date | null;
  /** Whether that is soon, by the database clock. */
  endsSoon: boolean;
  /** Of the newest requests of one day. */
  recentRequests: number;
  recentProblems: number;
}

/** As text where a driver would read it: timestamps. */
export type ConnectionFactsRow = Omit<ConnectionFacts, 'usedUntil'> & { usedUntil: string | null };

/** Long enough to reach whoever administers the provider. */
const SOON_DAYS = 7;
/** Requests a judgement looks at: what is older, or further back, says nothing about now. */
const LOOKBACK = 200;
const LOOKBACK_HOURS = 24;

const newestLive = (kind: 'basic' | 'bearer') => sql`
    select k.lookup_id, k.last_four from scim_credentials k
    where k.organization_id = o.id and k.connection_id = s.id and k.kind = ${sql.lit(kind)}
      and k.revoked_at is null and coalesce(k.expires_at > now(), true)
    order by k.id desc limit 1`;

/** One statement for all connections of a list; each finds its credentials and its newest requests by index. */
export const connectionFactsOf = (
  organizationId: string,
  connectionIds: readonly string[],
): RawBuilder<ConnectionFactsRow> => sql<ConnectionFactsRow>`
  select s.id, o.slug, o.language, o.plan, s.status,
    exists (select from sso_connections x where x.organization_id = o.id and x.status = 'active') as "hasSso",
    c.live as "liveCredentials", c.used as "wasUsed", l.expires_at as "usedUntil",
    b.lookup_id as "basicLookupId", b.last_four as "basicLastFour", t.last_four as "bearerLastFour",
    coalesce(l.expires_at < now() + make_interval(days => ${SOON_DAYS}), false) as "endsSoon",
    r.requests as "recentRequests", r.problems as "recentProblems"
  from organizations o
  join scim_connections s on s.organization_id = o.id and s.id = any(${connectionIds}::uuid[])
  cross join lateral (
    select count(*) filter (where k.revoked_at is null and coalesce(k.expires_at > now(), true))::int as live,
      count(k.last_used_at) > 0 as used
    from scim_credentials k where k.organization_id = o.id and k.connection_id = s.id) c
  left join lateral (
    select k.expires_at from scim_credentials k
    where k.organization_id = o.id and k.connection_id = s.id and k.last_used_at is not null
    order by k.last_used_at desc, k.id desc limit 1) l on true
  left join lateral (${newestLive('basic')}) b on true
  left join lateral (${newestLive('bearer')}) t on true
  cross join lateral (
    select count(*)::int as requests, count(*) filter (where n.outcome in ('refused', 'failed'))::int as problems
    from (
      select p.outcome, p.at from provisioning_log p where p.organization_id = o.id and p.connection_id = s.id
      order by p.id desc limit ${LOOKBACK}) n
    where n.at > now() - make_interval(hours => ${LOOKBACK_HOURS})) r
  where o.id = ${organizationId}`;

/** A row as the room works with it. */
export const toConnectionFacts = (row: ConnectionFactsRow): ConnectionFacts => ({
  ...row,
  usedUntil: row.usedUntil === null ? null : new Date(row.usedUntil),
});
