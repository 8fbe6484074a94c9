import { sql } from 'kysely';
import { z } from 'zod';
import { DomainError, notFound } from '../kernel/errors.js';
import { isId } from '../kernel/ids.js';
import { command, type Work } from '../kernel/operation.js';
import type { Language } from '../organizations/organization.entity.js';
import { releaseWarning } from './release-warning.js';
import type { UserRecord } from './shapes.js';
import { toUserRecord, USER_COLUMNS, type UserRow } from './user-rows.js';

/** Somebody who is an ordinary person again. */
export interface ReleasedUser {
  user: UserRecord;
  /** Whose person they were. */
  connectionId: string;
  /** The provider's groups they left. */
  leftGroupIds: string[];
  /** In the organization's language: the provider adopts them again at its next push. */
  warning: string;
}

/**
 * Takes someone out of SCIM's management without erasing them (B39): they keep status, role, license, attributes and
 * ordinary groups, become editable here, and the connection sees them no more. They leave the groups of active connections
 * at once: from now on the provider could not remove them (B29) and nobody else may (B32), so access that the provider gave
 * would have no end. Its next POST or PUT of this person adopts them again, of which the result warns. CONFLICT for someone
 * nobody manages, NOT_FOUND for nobody.
 */
export const releaseUser = command({
  permission: 'user:release',
  input: z.object({ userId: z.string() }),
  audit: (_input, { user, connectionId, leftGroupIds }: ReleasedUser) => ({
    action: 'user.released',
    target: user.id,
    details: { connectionId, leftGroups: leftGroupIds.length },
  }),
  async run(tx, { userId }): Promise<ReleasedUser> {
    const connectionId = await lockManaged(tx, userId);
    const leftGroupIds = await leaveProvidersGroups(tx, userId);
    const { organizationId } = tx.context;
    await tx.rows(sql`
      delete from unconfirmed_answers where organization_id = ${organizationId} and user_id = ${userId}
    `);
    const [row] = await tx.rows(sql<UserRow>`
      update users as u set connection_id = null, released_from = ${connectionId}, version = version + 1,
        updated_at = now()
      where organization_id = ${organizationId} and id = ${userId} returning ${USER_COLUMNS}
    `);
    const [organization] = await tx.rows(sql<{ language: Language }>`
      select language from organizations where id = ${organizationId}
    `);
    if (!row) throw new Error('A locked person vanished.');
    return {
      user: toUserRecord(row),
      connectionId,
      leftGroupIds,
      warning: releaseWarning(organization?.language),
    };
  },
});

async function lockManaged(tx: Work, id: string): Promise<string> {
  const [row] = isId(id)
    ? await tx.rows(sql<{ connection_id: string | null }>`
        select connection_id from users
        where organization_id = ${tx.context.organizationId} and id = ${id} for update
      `)
    : [];
  if (!row) throw notFound('user', id);
  if (row.connection_id !== null) return row.connection_id;
  throw new DomainError(
    'CONFLICT',
    'This person is not managed by a SCIM connection, so there is nothing to release them from.',
    { field: 'userId' },
  );
}

/** The groups are locked in order and get a new version, because their members changed (as in `endAccess`). */
async function leaveProvidersGroups(tx: Work, userId: string): Promise<string[]> {
  const { organizationId } = tx.context;
  const groups = await tx.rows(sql<{ id: string }>`
    with affected as (
      select g.id from groups g
      join scim_connections s on s.organization_id = g.organization_id and s.id = g.connection_id and s.status = 'active'
      where g.organization_id = ${organizationId} and g.id in (
        select group_id from memberships where organization_id = ${organizationId} and user_id = ${userId})
      order by g.id for update of g
    )
    update groups g set version = version + 1, updated_at = now()
    from affected where g.organization_id = ${organizationId} and g.id = affected.id returning g.id
  `);
  const ids = groups.map(({ id }) => id).sort();
  if (ids.length === 0) return ids;
  await tx.rows(sql`
    delete from memberships
    where organization_id = ${organizationId} and user_id = ${userId} and group_id = any(${ids}::uuid[])
  `);
  return ids;
}
