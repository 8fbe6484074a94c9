import type { Actor, Context, Outside } from '../kernel/context.js';
import { type CredentialCheck, NOTED_EVERY } from '../kernel/credential-check.js';
import type { Database } from '../kernel/database.js';
import type { WireStatement } from '../kernel/packet.js';
import { lowerRole, type Role } from '../kernel/permissions.js';
import { Recent } from '../kernel/recent.js';
import { fingerprint } from '../kernel/secrets.js';

/** What a request says of who sends it. */
export interface TokenRequest {
  authorization: string | undefined;
  hostSlug: string | undefined;
  requestId: string;
  outside: Outside;
}

/** An API token that was good when it was last looked up whole. */
export interface KnownToken {
  readonly slug: string;
  readonly caller: Pick<Context, 'organizationId' | 'permissions'> & {
    readonly actor: Extract<Actor, { kind: 'token' }>;
  };
}

/** Tokens that are remembered. */
const MAX_REMEMBERED = 10_000;

/**
 * What may change while a token is remembered: whether it ended, and the person it acts as (B19, B33). A use that was not
 * noted lately is to be noted; a standby can note none.
 */
const STILL_GOOD = `
  select t.role, u.role as user_role
  from api_tokens t left join users u on u.organization_id = t.organization_id and u.id = t.user_id
  where t.organization_id = $1 and t.id = $2 and t.revoked_at is null and (t.expires_at is null or t.expires_at > now())
    and (t.user_id is null or u.active) and (t.last_used_at > now() - ${NOTED_EVERY} or pg_is_in_recovery())`;

/**
 * The API tokens a process has accepted. Memory decides nothing about access: what a request is about proves in its first
 * packet that the token is still live, and acts with the same role.
 */
export class KnownTokens {
  private readonly good = new Recent<KnownToken & { readonly proof: WireStatement }>(MAX_REMEMBERED);

  accepted(authorization: string | undefined, token: KnownToken): void {
    if (authorization === undefined) return;
    const { organizationId, actor } = token.caller;
    const proof = { text: STILL_GOOD, values: [organizationId, actor.id], prepared: true };
    this.good.set(fingerprint(authorization), { ...token, proof });
  }

  refused(authorization: string | undefined): void {
    if (authorization !== undefined) this.good.delete(fingerprint(authorization));
  }

  /**
   * The context of a request whose token, byte for byte, is known: no query. Its transactions throw CredentialChanged when
   * the token is not what it was; the request is then authenticated whole and run again, so it must be one that only reads.
   * Undefined for a token that is not known, or when the host asks for another organization.
   */
  contextOf(
    database: Database,
    { authorization, hostSlug, requestId, outside }: TokenRequest,
  ): Context | undefined {
    const known = authorization === undefined ? undefined : this.good.get(fingerprint(authorization));
    if (!known || (hostSlug !== undefined && hostSlug !== known.slug)) return undefined;
    const { caller, proof } = known;
    const check: CredentialCheck = {
      statement: proof,
      holds: ([row]) => row !== undefined && roleIn(row) === caller.actor.role,
      isProven: false,
    };
    return { database, ...caller, outside, requestId, check };
  }
}

function roleIn({ role, user_role: roleOfPerson }: Record<string, unknown>): Role {
  return lowerRole(role as Role, (roleOfPerson ?? role) as Role);
}
