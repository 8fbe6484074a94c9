import { sql } from 'kysely';
import { z } from 'zod';
import type { Work } from '../kernel/operation.js';
import { requireOwnGroup, requireOwnPeople } from './administered.js';
import { type AcceptedChange, changeMembers, prepareMembers } from './change-members.js';
import { GROUP_COLUMNS, type GroupRow, toGroupRecord } from './group-rows.js';
import { lockOrdinaryGroup } from './ordinary.js';
import type { GroupRecord } from './shapes.js';
import { MAX_MEMBERS_PER_REQUEST } from './user-input.js';

/** Whose membership of which group changes. */
export const GroupMembersInput = z.object({
  groupId: z.string(),
  userIds: z.array(z.string()).min(1).max(MAX_MEMBERS_PER_REQUEST),
});

export interface ChangedMembers {
  group: GroupRecord;
  /** How far the worker is with it can be asked by its id; undefined when everybody was in, or out, already. */
  change: AcceptedChange | undefined;
}

/**
 * What adding and removing have in common. Of a group admin (B33) the group is one of their own, and whom they add is in one
 * of their groups already: anybody else they invite (B34), and who that is they learn when the invitation is accepted.
 */
export async function changeGroupMembers(
  tx: Work,
  groupId: string,
  members: { add: string[]; remove: string[] },
): Promise<ChangedMembers> {
  await requireOwnGroup(tx, groupId, 'group:write');
  await requireOwnPeople(tx, members.add, 'group:write');
  return changeOrdinaryMembers(tx, groupId, members);
}

/**
 * Adds people to an ordinary group and removes people from it. What is accepted here the worker applies (B30). A change
 * that changes nothing leaves the version alone. SCIM_MANAGED for a managed group, NOT_FOUND for an unknown group or person.
 */
export async function changeOrdinaryMembers(
  tx: Work,
  groupId: string,
  members: { add: string[]; remove: string[] },
): Promise<ChangedMembers> {
  const prepared = await prepareMembers(tx, groupId, members, 'anyone');
  const current = await lockOrdinaryGroup(tx, groupId);
  const change = await changeMembers(tx, current.id, prepared);
  if (!change || change.accepted === 0) return { group: current, change };
  const [row] = await tx.rows(sql<GroupRow>`
    update groups as g set version = version + 1, updated_at = now()
    where organization_id = ${tx.context.organizationId} and id = ${current.id} returning ${GROUP_COLUMNS}
  `);
  if (!row) throw new Error('A locked group vanished.');
  return { group: toGroupRecord(row), change };
}
