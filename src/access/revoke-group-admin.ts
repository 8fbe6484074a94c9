import { sql } from 'kysely';
import { z } from 'zod';
import { notFound } from '../kernel/errors.js';
import { isId } from '../kernel/ids.js';
import { command } from '../kernel/operation.js';
import { lockUser } from './change-user-role.js';

export interface RevokedGroupAdmin {
  groupId: string;
  userId: string;
  /** Whether this changed anything. */
  revoked: boolean;
}

/**
 * Ends that someone administers a group, from the next request on. The role stays: with no group left it lets nothing be
 * read or changed. Someone who does not administer the group is no error. NOT_FOUND for an unknown group or person.
 */
export const revokeGroupAdmin = command({
  permission: 'role:write',
  input: z.object({ groupId: z.string(), userId: z.string() }),
  audit: (_input, { groupId, userId, revoked }: RevokedGroupAdmin) =>
    revoked ? { action: 'groupAdmin.revoked', target: groupId, details: { userId } } : undefined,
  async run(tx, { groupId, userId }) {
    const { organizationId } = tx.context;
    await lockUser(tx, userId);
    const groups = isId(groupId)
      ? await tx.rows(
          sql`select id from groups where organization_id = ${organizationId} and id = ${groupId}`,
        )
      : [];
    if (groups.length === 0) throw notFound('group', groupId);
    const deleted = await tx.rows(sql`
      delete from group_admins
      where organization_id = ${organizationId} and group_id = ${groupId} and user_id = ${userId} returning user_id
    `);
    return { groupId, userId, revoked: deleted.length > 0 };
  },
});
