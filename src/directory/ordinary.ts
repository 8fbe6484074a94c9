import { sql } from 'kysely';
import { DomainError, notFound } from '../kernel/errors.js';
import { isId } from '../kernel/ids.js';
import type { Work } from '../kernel/operation.js';
import { refuseErased } from './erasure/refuse-erased.js';
import { GROUP_COLUMNS, type GroupRow, toGroupRecord } from './group-rows.js';
import type { GroupRecord, UserRecord } from './shapes.js';
import { toUserRecord, USER_COLUMNS, type UserRow } from './user-rows.js';

/** B32: what a connection manages is changed where it comes from, and nowhere else. */
function refuseManaged(noun: 'person' | 'group', connectionId: string | null, provider: string | null): void {
  if (connectionId === null) return;
  throw new DomainError(
    'SCIM_MANAGED',
    `This ${noun} is managed by the SCIM connection ${connectionId} (${provider}) and is read-only here. Make the change in the identity provider, or disconnect it first.`,
  );
}

/**
 * The person, locked, if they are an ordinary one: NOT_FOUND for nobody, SCIM_MANAGED for someone whom an active
 * connection manages, INVALID_INPUT for someone whose personal data was erased (B38). The people of a disabled connection
 * are editable again (B4). `orDeactivatedByAdmin` lets a managed person pass whom an admin deactivated: that was never the
 * connection's (B15).
 */
export async function lockOrdinaryUser(
  tx: Work,
  id: string,
  { orDeactivatedByAdmin = false } = {},
): Promise<UserRecord> {
  const [row] = isId(id)
    ? await tx.rows(sql<UserRow & { provider: string | null }>`
        select ${USER_COLUMNS}, s.provider from users u
        left join scim_connections s on s.organization_id = u.organization_id and s.id = u.connection_id
          and s.status = 'active'
        where u.organization_id = ${tx.context.organizationId} and u.id = ${id} for update of u
      `)
    : [];
  if (!row) throw notFound('user', id);
  const isAdminsToUndo = orDeactivatedByAdmin && row.deactivated_by === 'admin';
  if (!isAdminsToUndo)
    refuseManaged('person', row.provider === null ? null : row.connection_id, row.provider);
  const user = toUserRecord(row);
  refuseErased(user);
  return user;
}

/** The group, locked, if it is an ordinary one: NOT_FOUND and SCIM_MANAGED as for people. */
export async function lockOrdinaryGroup(tx: Work, id: string): Promise<GroupRecord> {
  const [row] = isId(id)
    ? await tx.rows(sql<GroupRow & { provider: string | null }>`
        select ${GROUP_COLUMNS}, s.provider from groups g
        left join scim_connections s on s.organization_id = g.organization_id and s.id = g.connection_id
          and s.status = 'active'
        where g.organization_id = ${tx.context.organizationId} and g.id = ${id} for update of g
      `)
    : [];
  if (!row) throw notFound('group', id);
  refuseManaged('group', row.provider === null ? null : row.connection_id, row.provider);
  return toGroupRecord(row);
}
