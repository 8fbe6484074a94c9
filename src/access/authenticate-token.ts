import { sql } from 'kysely';
import type { Context } from '../kernel/context.js';
import type { Database } from '../kernel/database.js';
import { DomainError } from '../kernel/errors.js';
import { ROLE_PERMISSIONS, type Role } from '../kernel/permissions.js';
import { parseToken, secretMatches } from '../kernel/secrets.js';
import { runInSystem } from '../kernel/tenancy.js';
import { API_TOKEN_PREFIX } from './issue-api-token.js';

interface TokenRow {
  organization_id: string;
  id: string;
  role: Role;
  secret_hash: Buffer;
  slug: string;
  use_is_stale: boolean;
}

const refused = (): DomainError =>
  new DomainError(
    'UNAUTHENTICATED',
    'This request carries no valid API token. Send `Authorization: Bearer <token>` with a token of this organization.',
  );

/**
 * The context of an API token. UNAUTHENTICATED, always with the same words, for a missing, unknown, wrong or revoked
 * token and for a host that names another organization (R1).
 */
export async function authenticateToken(
  database: Database,
  request: { authorization: string | undefined; hostSlug: string | undefined; requestId: string },
): Promise<Context> {
  const [, credential = ''] = /^bearer +(\S+) *$/i.exec(request.authorization ?? '') ?? [];
  const parsed = parseToken(API_TOKEN_PREFIX, credential);
  if (!parsed) throw refused();
  const row = await runInSystem(database, async (tx) => {
    const [found] = await tx.rows(sql<TokenRow>`
      select t.organization_id, t.id, t.role, t.secret_hash, o.slug,
             t.last_used_at is null or t.last_used_at < now() - interval '1 minute' as use_is_stale
      from api_tokens t join organizations o on o.id = t.organization_id
      where t.lookup_id = ${parsed.lookupId} and t.revoked_at is null
    `);
    if (!found || !secretMatches(parsed.secret, found.secret_hash)) return undefined;
    if (request.hostSlug !== undefined && request.hostSlug !== found.slug) return undefined;
    if (found.use_is_stale) {
      await tx.rows(sql`
        update api_tokens set last_used_at = now()
        where organization_id = ${found.organization_id} and id = ${found.id}
      `);
    }
    return found;
  });
  if (!row) throw refused();
  return {
    database,
    organizationId: row.organization_id,
    actor: { kind: 'token', id: row.id, role: row.role },
    permissions: new Set(ROLE_PERMISSIONS[row.role]),
    requestId: request.requestId,
  };
}
