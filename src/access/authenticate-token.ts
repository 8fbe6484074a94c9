import { sql } from 'kysely';
import type { Context } from '../kernel/context.js';
import { useIsStale } from '../kernel/credential-check.js';
import type { Database } from '../kernel/database.js';
import { lowerRole, permissionsOf, type Role } from '../kernel/permissions.js';
import { secretMatches } from '../kernel/secrets.js';
import { runInSystem } from '../kernel/tenancy.js';
import { authenticateOperator, namesOperator } from './authenticate-operator.js';
import { bearerOf, refusedToken } from './bearer.js';
import type { KnownToken, KnownTokens, TokenRequest } from './known-token.js';
import { API_TOKEN_PREFIX } from './new-api-token.js';

interface TokenRow {
  organization_id: string;
  id: string;
  role: Role;
  user_id: string | null;
  /** The role of that person now. */
  user_role: Role | null;
  scopes: string[] | null;
  secret_hash: Buffer;
  slug: string;
  lookup_id: string;
  use_is_stale: boolean;
}

/**
 * The context of an API token, or of an operator's (`authenticateOperator`). UNAUTHENTICATED, always with the same words,
 * for a missing, unknown, wrong, revoked or expired token, for one of a person who is not active (B19), and for a host that
 * names another organization (R1). A person's token acts with the role that person has now, and never above that of whoever issued it (B33).
 * An organization's token is `known` from then on, one that is refused is not.
 */
export async function authenticateToken(
  database: Database,
  request: TokenRequest,
  known: KnownTokens,
): Promise<Context> {
  if (namesOperator(request.authorization)) return authenticateOperator(database, request);
  const row = await findToken(database, request.authorization);
  if (!row || (request.hostSlug !== undefined && request.hostSlug !== row.slug)) {
    known.refused(request.authorization);
    throw refusedToken();
  }
  if (row.use_is_stale) await noteUse(database, row);
  const role = lowerRole(row.role, row.user_role ?? row.role);
  const caller: KnownToken['caller'] = {
    organizationId: row.organization_id,
    actor: { kind: 'token', id: row.id, role, ...(row.user_id !== null && { userId: row.user_id }) },
    permissions: new Set(permissionsOf(role, row.scopes)),
  };
  known.accepted(request.authorization, { slug: row.slug, caller });
  const { outside, requestId } = request;
  return { database, ...caller, outside, requestId };
}

/** The live token of an Authorization header. */
async function findToken(
  database: Database,
  authorization: string | undefined,
): Promise<TokenRow | undefined> {
  const parsed = bearerOf(API_TOKEN_PREFIX, authorization);
  if (!parsed) return undefined;
  const [row] = await runInSystem(
    database,
    (tx) =>
      tx.rows(
        sql<TokenRow>`
        select t.organization_id, t.id, t.role, t.user_id, u.role as user_role, t.scopes, t.secret_hash, o.slug, t.lookup_id,
               ${useIsStale(sql`t.last_used_at`)} as use_is_stale
        from api_tokens t join organizations o on o.id = t.organization_id
        left join users u on u.organization_id = t.organization_id and u.id = t.user_id
        where t.lookup_id = ${parsed.lookupId} and t.revoked_at is null
          and (t.expires_at is null or t.expires_at > now()) and (t.user_id is null or u.active)`,
        { prepared: true },
      ),
    { share: parsed.lookupId, readOnly: true },
  );
  return row && secretMatches(parsed.secret, row.secret_hash) ? row : undefined;
}

const noteUse = (database: Database, { organization_id, id, lookup_id }: TokenRow): Promise<unknown> =>
  runInSystem(
    database,
    (tx) =>
      tx.rows(
        sql`update api_tokens set last_used_at = now() where organization_id = ${organization_id} and id = ${id}`,
      ),
    { share: lookup_id },
  );
