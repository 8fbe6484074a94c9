import { sql } from 'kysely';
import type { Work } from '../kernel/operation.js';
import { lowerRole, type Permission, permissionsOf, type Role } from '../kernel/permissions.js';

/** Why nobody stands behind a change any more. */
export const STOP_REASONS = ['REQUESTER_INACTIVE', 'REQUESTER_ROLE', 'CREDENTIAL_REVOKED'] as const;
export type StopReason = (typeof STOP_REASONS)[number];

/** Who asked, as it was written down. */
export interface Requester {
  requested_kind: string;
  requested_by: string;
}

interface Standing {
  /** Of the token; null for a session, which has the role of its person. */
  token_role: Role | null;
  scopes: string[] | null;
  is_revoked: boolean;
  is_person: boolean;
  /** Of the person behind it, now. */
  user_role: Role | null;
  is_active: boolean | null;
}

/**
 * Why whoever asked for something in the background could not ask for it now (B33): they were deactivated, their role or
 * the role of their token does not allow it any more, or the token was revoked. Undefined while they still could. That a
 * token expired or a session ended takes nothing back: it was in time when it asked. What an operator asked for holds.
 */
export async function whyNotAnyMore(
  tx: Work,
  { requested_kind: kind, requested_by: id }: Requester,
  permission: Permission,
): Promise<StopReason | undefined> {
  if (kind !== 'token' && kind !== 'session') return undefined;
  const [standing] = await tx.rows(kind === 'token' ? tokenStanding(tx, id) : sessionStanding(tx, id));
  if (!standing) return 'CREDENTIAL_REVOKED';
  if (standing.is_person && !standing.is_active) return 'REQUESTER_INACTIVE';
  if (standing.is_revoked) return 'CREDENTIAL_REVOKED';
  const [own, persons] = [standing.token_role, standing.user_role];
  const role = own !== null && persons !== null ? lowerRole(own, persons) : (own ?? persons);
  const isAllowed = role !== null && permissionsOf(role, standing.scopes).includes(permission);
  return isAllowed ? undefined : 'REQUESTER_ROLE';
}

const tokenStanding = ({ context }: Work, id: string) => sql<Standing>`
  select t.role as token_role, t.scopes, t.revoked_at is not null as is_revoked, t.user_id is not null as is_person,
    u.role as user_role, u.active as is_active
  from api_tokens t left join users u on u.organization_id = t.organization_id and u.id = t.user_id
  where t.organization_id = ${context.organizationId} and t.id = ${id}`;

const sessionStanding = ({ context }: Work, id: string) => sql<Standing>`
  select null as token_role, null::text[] as scopes, false as is_revoked, true as is_person,
    u.role as user_role, u.active as is_active
  from sessions s join users u on u.organization_id = s.organization_id and u.id = s.user_id
  where s.organization_id = ${context.organizationId} and s.id = ${id}`;
