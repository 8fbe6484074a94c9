import { sql } from 'kysely';
import type { Context, Outside } from '../kernel/context.js';
import { useIsStale } from '../kernel/credential-check.js';
import type { Database } from '../kernel/database.js';
import { permissionsOf, type Role } from '../kernel/permissions.js';
import { parseToken, secretMatches } from '../kernel/secrets.js';
import { runInSystem } from '../kernel/tenancy.js';
import { IDLE_HOURS, SESSION_PREFIX } from './sign-in/sessions.js';

interface SessionRow {
  organization_id: string;
  id: string;
  user_id: string;
  role: Role;
  secret_hash: Buffer;
  slug: string;
  use_is_stale: boolean;
}

/**
 * The context of a session cookie, undefined for anything but an open session: ended sessions are refused from the next
 * request on, by every process, because the row is read each time. Deactivation, erasure, a change of role and an
 * administrator's change of address end the row in their own transaction (migration 0041).
 */
export async function authenticateSession(
  database: Database,
  request: { cookie: string | undefined; hostSlug: string | undefined; requestId: string; outside?: Outside },
): Promise<Context | undefined> {
  const parsed = parseToken(SESSION_PREFIX, request.cookie ?? '');
  if (!parsed) return undefined;
  const share = parsed.lookupId;
  const [row] = await runInSystem(
    database,
    (tx) =>
      tx.rows(
        sql<SessionRow>`
        select s.organization_id, s.id, s.user_id, s.role, s.secret_hash, o.slug,
          ${useIsStale(sql`s.last_seen_at`)} as use_is_stale
        from sessions s join organizations o on o.id = s.organization_id
        where s.lookup_id = ${parsed.lookupId} and s.ended_at is null and s.expires_at > now()
          and s.last_seen_at > now() - make_interval(hours => ${IDLE_HOURS})`,
        { prepared: true },
      ),
    { share, readOnly: true },
  );
  if (!row || !secretMatches(parsed.secret, row.secret_hash)) return undefined;
  if (request.hostSlug !== undefined && request.hostSlug !== row.slug) return undefined;
  if (row.use_is_stale) await noteUse(database, share, row);
  return {
    database,
    organizationId: row.organization_id,
    actor: { kind: 'session', id: row.id, role: row.role, userId: row.user_id },
    permissions: new Set(permissionsOf(row.role, null)),
    ...(request.outside && { outside: request.outside }),
    requestId: request.requestId,
  };
}

const noteUse = (database: Database, share: string, { organization_id, id }: SessionRow): Promise<unknown> =>
  runInSystem(
    database,
    (tx) =>
      tx.rows(
        sql`update sessions set last_seen_at = now() where organization_id = ${organization_id} and id = ${id}`,
      ),
    { share },
  );
