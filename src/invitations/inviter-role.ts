import { sql } from 'kysely';
import { isId } from '../kernel/ids.js';
import type { Work } from '../kernel/operation.js';
import { lowerRole, mayGrant, type Role } from '../kernel/permissions.js';

/** What an invitation can promise. */
export type InvitedRole = 'admin' | 'group_admin' | 'user';

/**
 * The role an invitation still gives: what it promises, if whoever promised it could do so at this moment, else `user`
 * (B33). A person counts with the role they have now, and not at all once they are deactivated; a service's token with
 * its role until it is revoked or over. What an operator promised holds.
 */
export async function roleStillGranted(
  tx: Work,
  { role, invitedBy }: { role: InvitedRole; invitedBy: string },
): Promise<InvitedRole> {
  if (role === 'user' || !isId(invitedBy)) return role;
  const [inviter] = await tx.rows(sql<{ token_role: Role; user_role: Role | null; has_power: boolean }>`
    select t.role as token_role, u.role as user_role,
      case when t.user_id is null then t.revoked_at is null and coalesce(t.expires_at > now(), true)
           else u.active end as has_power
    from api_tokens t
    left join users u on u.organization_id = t.organization_id and u.id = t.user_id
    where t.organization_id = ${tx.context.organizationId} and t.id = ${invitedBy}
  `);
  if (!inviter?.has_power) return 'user';
  const acting =
    inviter.user_role === null ? inviter.token_role : lowerRole(inviter.token_role, inviter.user_role);
  return mayGrant(acting, role) ? role : 'user';
}
