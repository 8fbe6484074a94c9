import { standingOf } from '../directory/requester.js';
import type { Work } from '../kernel/operation.js';
import { mayGrant } from '../kernel/permissions.js';

/** What an invitation can promise. */
export type InvitedRole = 'admin' | 'group_admin' | 'user';

/**
 * The role an invitation still gives: what it promises, if whoever promised it could do so at this moment, else `user`
 * (B33). A person counts, by their token or their session, with the role they have now, and not at all once they are
 * deactivated; a service's token with its role until it is revoked or over. What an operator promised holds.
 */
export async function roleStillGranted(
  tx: Work,
  { role, invitedBy }: { role: InvitedRole; invitedBy: string },
): Promise<InvitedRole> {
  if (role === 'user') return role;
  const inviter = await standingOf(tx, invitedBy);
  if (inviter === 'operator') return role;
  const hasPower = inviter?.isPerson ? inviter.isActive : inviter && !inviter.isRevoked && !inviter.isExpired;
  return inviter && hasPower && mayGrant(inviter.role, role) ? role : 'user';
}
