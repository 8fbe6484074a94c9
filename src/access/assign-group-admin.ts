import { sql } from 'kysely';
import { z } from 'zod';
import { DomainError, notFound } from '../kernel/errors.js';
import { isId } from '../kernel/ids.js';
import { command, type Work } from '../kernel/operation.js';
import { actingRole, lockRoles, requireMayGrant } from './acting-role.js';
import { lockUser } from './change-user-role.js';

/** Someone who administers this many groups is an admin in all but name; pages show them without paging. */
const MAX_GROUPS_OF_ADMIN = 200;
const MAX_ADMINS_OF_GROUP = 200;

export interface AssignedGroupAdmin {
  groupId: string;
  userId: string;
  /** Whether this changed anything. */
  assigned: boolean;
  /** Whether the person was an ordinary user until now. */
  roleRaised: boolean;
}

/**
 * Makes someone an admin of one group (B33), whoever manages the group or the person: SCIM owns neither. A `user` becomes
 * a `group_admin` with it. Assigning again changes nothing. NOT_FOUND for an unknown group or person, INVALID_INPUT for
 * someone deactivated or with a higher role, LIMIT_EXCEEDED for one too many.
 */
export const assignGroupAdmin = command({
  permission: 'role:write',
  input: z.object({ groupId: z.string(), userId: z.string() }),
  audit: (_input, { groupId, userId, assigned, roleRaised }: AssignedGroupAdmin) =>
    assigned
      ? { action: 'groupAdmin.assigned', target: groupId, details: { userId, roleRaised } }
      : undefined,
  async run(tx, { groupId, userId }) {
    await lockRoles(tx);
    requireMayGrant(await actingRole(tx), ['group_admin']);
    const { organizationId } = tx.context;
    const user = await lockUser(tx, userId);
    await lockGroup(tx, groupId);
    if (!user.active) throw unusable('is deactivated. Reactivate them first');
    if (user.role === 'owner' || user.role === 'admin') {
      throw unusable(`has the role '${user.role}' and administers every group already`);
    }
    const inserted = await tx.rows(sql`
      insert into group_admins (organization_id, group_id, user_id)
      values (${organizationId}, ${groupId}, ${userId}) on conflict do nothing returning user_id
    `);
    await requireWithinLimits(tx, groupId, userId);
    const roleRaised = user.role === 'user';
    if (roleRaised) {
      await tx.rows(sql`
        update users set role = 'group_admin', version = version + 1, updated_at = now(),
          pending_role = nullif(pending_role, 'group_admin')
        where organization_id = ${organizationId} and id = ${userId}
      `);
    }
    return { groupId, userId, assigned: inserted.length > 0, roleRaised };
  },
});

const unusable = (why: string): DomainError =>
  new DomainError('INVALID_INPUT', `This person ${why}.`, { field: 'userId' });

/** The group, locked, whoever manages it: against being deleted, and so that its admins are counted one by one. */
async function lockGroup(tx: Work, id: string): Promise<void> {
  const rows = isId(id)
    ? await tx.rows(sql`
        select id from groups where organization_id = ${tx.context.organizationId} and id = ${id} for update
      `)
    : [];
  if (rows.length === 0) throw notFound('group', id);
}

async function requireWithinLimits(tx: Work, groupId: string, userId: string): Promise<void> {
  const { organizationId } = tx.context;
  const [row] = await tx.rows(sql<{ admins: number; groups: number }>`
    select
      (select count(*)::int from group_admins where organization_id = ${organizationId} and group_id = ${groupId}) as admins,
      (select count(*)::int from group_admins where organization_id = ${organizationId} and user_id = ${userId}) as groups
  `);
  if (row && row.admins <= MAX_ADMINS_OF_GROUP && row.groups <= MAX_GROUPS_OF_ADMIN) return;
  throw new DomainError(
    'LIMIT_EXCEEDED',
    `A group has at most ${MAX_ADMINS_OF_GROUP} admins and a group admin at most ${MAX_GROUPS_OF_ADMIN} groups. Make this person an admin instead, or revoke another first.`,
  );
}
