import { sql } from 'kysely';
import { DomainError, notFound } from '../kernel/errors.js';
import { isId } from '../kernel/ids.js';
import type { Work } from '../kernel/operation.js';
import { INVITATION_COLUMNS, type InvitationRow } from './invitation-rows.js';
import { ENDINGS } from './invitation-states.js';
import { requireOwnInvitation } from './own-groups.js';

/**
 * The invitation, locked, if somebody can still do something with it. NOT_FOUND for an unknown id, CONFLICT that says what
 * became of it, FORBIDDEN or NOT_FOUND for one that a group admin could not have made (B33).
 */
export async function lockPendingInvitation(tx: Work, id: string): Promise<InvitationRow> {
  const [row] = isId(id)
    ? await tx.rows(sql<InvitationRow>`
        select ${INVITATION_COLUMNS} from invitations i
        where i.organization_id = ${tx.context.organizationId} and i.id = ${id} for update
      `)
    : [];
  if (!row) throw notFound('invitation', id);
  await requireOwnInvitation(tx, { role: row.role, groupIds: row.group_ids, courses: row.courses });
  if (row.state === 'pending') return row;
  throw new DomainError(
    'CONFLICT',
    `This invitation ${ENDINGS[row.state]}, which is final. Invite the person again if they need another one.`,
    { field: 'id' },
  );
}
