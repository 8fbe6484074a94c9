import { sql } from 'kysely';
import { z } from 'zod';
import { requireVersion } from '../directory/provisioned-user.js';
import type { UserRecord } from '../directory/shapes.js';
import { toUserRecord, USER_COLUMNS, type UserRow } from '../directory/user-rows.js';
import { DomainError, notFound } from '../kernel/errors.js';
import { isId } from '../kernel/ids.js';
import { command, type Work } from '../kernel/operation.js';
import { ROLES, type Role } from '../kernel/permissions.js';
import { actingRole, lockRoles, requireMayGrant } from './acting-role.js';

export interface ChangedRole {
  user: UserRecord;
  /** The role before. */
  from: Role;
}

/**
 * Gives someone another role (B33), also someone a provider manages: SCIM never owns the role (B21). Whoever stops being
 * a group admin administers no group any more. FORBIDDEN for a role above the caller's, before or after; INVALID_INPUT
 * for the last owner's, and for making an owner of someone deactivated; PRECONDITION_FAILED for another version.
 */
export const changeUserRole = command({
  permission: 'role:write',
  input: z.object({
    id: z.string(),
    role: z.enum(ROLES),
    expectedVersion: z
      .int()
      .nullish()
      .transform((version) => version ?? undefined),
  }),
  audit: (_input, { user, from }: ChangedRole) =>
    from === user.role
      ? undefined
      : { action: 'user.roleChanged', target: user.id, details: { from, to: user.role } },
  async run(tx, { id, role, expectedVersion }) {
    await lockRoles(tx);
    const acting = await actingRole(tx);
    const current = await lockUser(tx, id);
    requireVersion(current, expectedVersion);
    requireMayGrant(acting, [current.role, role]);
    if (current.role === role) return { user: current, from: role };
    if (role === 'owner') requireActive(current);
    if (current.role === 'owner') await requireAnotherOwner(tx, id);
    return { user: await write(tx, id, role), from: current.role };
  },
});

/** The person, locked. NOT_FOUND for nobody. */
export async function lockUser(tx: Work, id: string): Promise<UserRecord> {
  const [row] = isId(id)
    ? await tx.rows(sql<UserRow>`
        select ${USER_COLUMNS} from users u
        where u.organization_id = ${tx.context.organizationId} and u.id = ${id} for update
      `)
    : [];
  if (!row) throw notFound('user', id);
  return toUserRecord(row);
}

/** A role that was promised for the first sign-in gives way to the one that is given now. */
async function write(tx: Work, id: string, role: Role): Promise<UserRecord> {
  const { organizationId } = tx.context;
  if (role !== 'group_admin') {
    await tx.rows(
      sql`delete from group_admins where organization_id = ${organizationId} and user_id = ${id}`,
    );
  }
  const [row] = await tx.rows(sql<UserRow>`
    update users as u set role = ${role}, pending_role = null, version = version + 1, updated_at = now()
    where organization_id = ${organizationId} and id = ${id} returning ${USER_COLUMNS}
  `);
  if (!row) throw new Error('A locked person vanished.');
  return toUserRecord(row);
}

function requireActive(user: UserRecord): void {
  if (user.active) return;
  throw new DomainError(
    'INVALID_INPUT',
    'This person is deactivated and cannot own the organization. Reactivate them first.',
    { field: 'role' },
  );
}

async function requireAnotherOwner(tx: Work, id: string): Promise<void> {
  const others = await tx.rows(sql`
    select id from users
    where organization_id = ${tx.context.organizationId} and role = 'owner' and id <> ${id} limit 1
  `);
  if (others.length > 0) return;
  throw new DomainError(
    'INVALID_INPUT',
    'This is the last owner of the organization. Make someone else an owner first.',
    { field: 'role' },
  );
}
