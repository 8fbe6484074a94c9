import { sql } from 'kysely';
import type { Context } from '../kernel/context.js';
import { useIsStale } from '../kernel/credential-check.js';
import type { Database } from '../kernel/database.js';
import { OPERATOR_PERMISSIONS } from '../kernel/permissions.js';
import { secretMatches } from '../kernel/secrets.js';
import { NO_ORGANIZATION, runInSystem } from '../kernel/tenancy.js';
import { bearerOf, refusedToken } from './bearer.js';
import { OPERATOR_TOKEN_PREFIX } from './operator-tokens.js';

/** What an operator's request is told by. */
export interface OperatorRequest {
  authorization: string | undefined;
  /** The organization that the host name names, if any. */
  hostSlug: string | undefined;
  requestId: string;
}

/** Whether a header means to be an operator's. */
export const namesOperator = (authorization: string | undefined): boolean =>
  bearerOf(OPERATOR_TOKEN_PREFIX, authorization) !== undefined;

/**
 * The context of an operator token: in no organization, with what operators may and nothing else. UNAUTHENTICATED, in the
 * words of every refused token, for an unknown, wrong, revoked or expired one, and at the host name of an organization.
 */
export async function authenticateOperator(
  database: Database,
  { authorization, hostSlug, requestId }: OperatorRequest,
): Promise<Context> {
  const parsed = bearerOf(OPERATOR_TOKEN_PREFIX, authorization);
  if (!parsed) throw refusedToken();
  const id = await runInSystem(database, async (tx) => {
    const [found] = await tx.rows(sql<{ id: string; secret_hash: Buffer; use_is_stale: boolean }>`
      select id, secret_hash, ${useIsStale(sql`last_used_at`)} as use_is_stale
      from operator_tokens
      where lookup_id = ${parsed.lookupId} and revoked_at is null and expires_at > now()
    `);
    if (!found || !secretMatches(parsed.secret, found.secret_hash) || hostSlug !== undefined)
      return undefined;
    if (found.use_is_stale) {
      await tx.rows(sql`update operator_tokens set last_used_at = now() where id = ${found.id}`);
    }
    return found.id;
  });
  if (id === undefined) throw refusedToken();
  return {
    database,
    organizationId: NO_ORGANIZATION,
    actor: { kind: 'operator_token', id },
    permissions: new Set(OPERATOR_PERMISSIONS),
    requestId,
  };
}
