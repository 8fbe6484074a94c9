import { sql } from 'kysely';
import { isId } from '../kernel/ids.js';
import type { Work } from '../kernel/operation.js';
import { lowerRole, type Permission, permissionsOf, type Role } from '../kernel/permissions.js';

/** Why nobody stands behind a change any more. */
export const STOP_REASONS = ['REQUESTER_INACTIVE', 'REQUESTER_ROLE', 'CREDENTIAL_REVOKED'] as const;
export type StopReason = (typeof STOP_REASONS)[number];

/** How whoever asked for something stands now. */
export interface Standing {
  /** The lower of their own role and that of the token they asked with. */
  role: Role;
  /** What the token was narrowed to; null for all that the role may do. */
  scopes: string[] | null;
  /** Whether a person is behind it, and whether that person may sign in. */
  isPerson: boolean;
  isActive: boolean;
  isRevoked: boolean;
  isExpired: boolean;
}

interface StandingRow extends Omit<Standing, 'role'> {
  tokenRole: Role | null;
  userRole: Role | null;
}

/**
 * How the caller of another time stands now, by the id that was written down of them: a token's or a session's. An operator,
 * whose name is no id, always stands. Undefined for an id that is neither.
 */
export async function standingOf(tx: Work, actorId: string): Promise<Standing | 'operator' | undefined> {
  if (!isId(actorId)) return 'operator';
  const { organizationId } = tx.context;
  const [row] = await tx.rows(sql<StandingRow>`
    select t.role as "tokenRole", u.role as "userRole", t.scopes, t.user_id is not null as "isPerson",
      coalesce(u.active, false) as "isActive", t.revoked_at is not null as "isRevoked",
      coalesce(t.expires_at <= now(), false) as "isExpired"
    from api_tokens t left join users u on u.organization_id = t.organization_id and u.id = t.user_id
    where t.organization_id = ${organizationId} and t.id = ${actorId}
    union all
    select null, u.role, null, true, u.active, false, s.expires_at <= now()
    from sessions s join users u on u.organization_id = s.organization_id and u.id = s.user_id
    where s.organization_id = ${organizationId} and s.id = ${actorId}
  `);
  if (!row) return undefined;
  const { tokenRole, userRole, ...standing } = row;
  const role = tokenRole && userRole ? lowerRole(tokenRole, userRole) : (tokenRole ?? userRole ?? 'user');
  return { ...standing, role };
}

/**
 * Why whoever asked for something in the background could not ask for it now (B33): they were deactivated, their role or
 * that of their token does not allow it any more, or the token was revoked. Undefined while they still could. That a token
 * expired or a session ended takes nothing back: it was in time when it asked. What an operator asked for holds.
 */
export async function whyNotAnyMore(
  tx: Work,
  actorId: string,
  permission: Permission,
): Promise<StopReason | undefined> {
  const standing = await standingOf(tx, actorId);
  if (standing === 'operator') return undefined;
  if (!standing) return 'CREDENTIAL_REVOKED';
  if (standing.isPerson && !standing.isActive) return 'REQUESTER_INACTIVE';
  if (standing.isRevoked) return 'CREDENTIAL_REVOKED';
  return permissionsOf(standing.role, standing.scopes).includes(permission) ? undefined : 'REQUESTER_ROLE';
}
