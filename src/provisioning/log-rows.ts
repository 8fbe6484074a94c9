import { type RawBuilder, sql } from 'kysely';
import { fingerprintsOf } from '../directory/erasure/fingerprint.js';
import type { Transaction } from '../kernel/tenancy.js';
import type { Dialect, LogEntry, Outcome } from './log-entry.js';

const COLUMNS = sql`
  organization_id, id, at, connection_id, credential_id, request_id, method, resource_type, target_id, operation, status,
  outcome, detail, scim_type, changes, normalisations, ignored, dialect, duration_ms, address, user_agent`;

/** Writes one entry; for the transaction of the change it tells of. */
export function logStatement(entry: LogEntry): RawBuilder<unknown> {
  const r = toRecord(entry);
  return sql`
    insert into provisioning_log (${COLUMNS})
    values (${r.organization_id}, ${r.id}, clock_timestamp() - make_interval(secs => ${r.age}), ${r.connection_id},
      ${r.credential_id}, ${r.request_id}, ${r.method}, ${r.resource_type}, ${r.target_id}, ${r.operation},
      ${r.status}, ${r.outcome}, ${r.detail}, ${r.scim_type}, ${JSON.stringify(r.changes)}, ${r.normalisations},
      ${r.ignored}, ${r.dialect}, ${r.duration_ms}, ${r.address}, ${r.user_agent})`;
}

/**
 * Writes entries in one statement with one parameter, so that a batch of any size is the same statement; `json`, which is
 * read once, costs two thirds of `jsonb`. An entry that
 * knows its organization by host name only finds it here, which the organization's own role cannot; a name that is
 * nobody's leaves no row. A refusal is written a moment after its answer: when it quotes somebody who was erased in that
 * moment, its words are left out (B38), which is why erasing and writing exclude each other.
 */
export async function insertLogEntries(
  tx: Transaction,
  entries: readonly LogEntry[],
  secretKey: string,
): Promise<void> {
  const records = entries.map((entry) => ({ ...toRecord(entry), about: namesIn(entry, secretKey) }));
  const locked = tx.rows(sql`select pg_advisory_xact_lock_shared(${ERASURE_LOCK})`, { prepared: true });
  const written = tx.rows(
    sql`
    insert into provisioning_log (${COLUMNS})
    select coalesce(r.organization_id, o.id), r.id, clock_timestamp() - make_interval(secs => r.age), r.connection_id,
      r.credential_id, r.request_id, r.method, r.resource_type, r.target_id, r.operation, r.status, r.outcome,
      case when r.detail is not null and not exists (
        select from erased_identities e where e.organization_id = r.organization_id
          and e.fingerprint in (select decode(about, 'hex') from unnest(r.about) as about)
          and e.erased_at > now() - interval '1 hour') then r.detail end,
      r.scim_type, r.changes, r.normalisations, r.ignored, r.dialect, r.duration_ms, r.address, r.user_agent
    from json_to_recordset(${JSON.stringify(records)}::json) as r (organization_id uuid, slug text,
      id uuid, age float8, connection_id uuid, credential_id uuid, request_id text, method text, resource_type text,
      target_id uuid, operation text, status int, outcome text, detail text, scim_type text, changes jsonb,
      normalisations text[], ignored text[], dialect text, duration_ms real, address text, user_agent text,
      about text[])
    left join organizations o on o.slug = r.slug
    where coalesce(r.organization_id, o.id) is not null
  `,
    { prepared: true },
  );
  await Promise.all([locked, written]);
}

/** The same number as in the function that erases. */
const ERASURE_LOCK = 7_243_513;

/** Values a refusal quotes are the only names in it. */
const QUOTED = /'([^']+)'/g;

function namesIn({ owner, detail }: LogEntry, secretKey: string): string[] {
  if (detail === null || 'slug' in owner) return [];
  const quoted = [...detail.matchAll(QUOTED)].map(([, name]) => name);
  return quoted.flatMap((name) => {
    const marks = fingerprintsOf(secretKey, owner.organizationId, {
      userName: name,
      email: name,
      externalId: name,
    });
    return marks.map((mark) => mark.toString('hex'));
  });
}

function toRecord(entry: LogEntry) {
  const owned = 'slug' in entry.owner ? undefined : entry.owner;
  return {
    organization_id: owned?.organizationId ?? null,
    slug: 'slug' in entry.owner ? entry.owner.slug : null,
    id: entry.id,
    age: (performance.now() - entry.arrivedAt) / 1000,
    connection_id: owned?.connectionId ?? null,
    credential_id: owned?.credentialId ?? null,
    request_id: entry.requestId,
    method: entry.method,
    resource_type: entry.resourceType,
    target_id: entry.targetId,
    operation: entry.operation,
    status: entry.status,
    outcome: entry.outcome,
    detail: entry.detail,
    scim_type: entry.scimType,
    changes: entry.changes,
    normalisations: entry.normalisations,
    ignored: entry.ignored,
    dialect: entry.dialect,
    duration_ms: entry.durationMs,
    address: entry.address,
    user_agent: entry.userAgent,
  };
}

/** One request as the organization's administrators read it. */
export interface LogRecord extends Omit<LogEntry, 'owner' | 'arrivedAt'> {
  at: Date;
  connectionId: string | null;
  credentialId: string | null;
}

/** The columns of a LogRecord, of `provisioning_log l`. */
export const LOG_COLUMNS = sql`
  l.id, l.at, l.connection_id, l.credential_id, l.request_id, l.method, l.resource_type, l.target_id, l.operation,
  l.status, l.outcome, l.detail, l.scim_type, l.changes::text as changes, to_jsonb(l.normalisations)::text as normalisations,
  to_jsonb(l.ignored)::text as ignored, l.dialect, l.duration_ms, l.address, l.user_agent`;

export interface LogRow {
  id: string;
  at: string;
  connection_id: string | null;
  credential_id: string | null;
  request_id: string;
  method: string;
  resource_type: 'User' | 'Group' | null;
  target_id: string | null;
  operation: string;
  status: number;
  outcome: Outcome;
  detail: string | null;
  scim_type: string | null;
  /** JSON: the drivers disagree on who reads it. */
  changes: string;
  normalisations: string;
  ignored: string;
  dialect: Dialect;
  duration_ms: number;
  address: string;
  user_agent: string | null;
}

/** A row of the log as queries return it. */
export const toLogRecord = (row: LogRow): LogRecord => ({
  id: row.id,
  at: new Date(row.at),
  connectionId: row.connection_id,
  credentialId: row.credential_id,
  requestId: row.request_id,
  method: row.method,
  resourceType: row.resource_type,
  targetId: row.target_id,
  operation: row.operation,
  status: row.status,
  outcome: row.outcome,
  detail: row.detail,
  scimType: row.scim_type,
  changes: JSON.parse(row.changes),
  normalisations: JSON.parse(row.normalisations),
  ignored: JSON.parse(row.ignored),
  dialect: row.dialect,
  durationMs: row.duration_ms,
  address: row.address,
  userAgent: row.user_agent,
});
