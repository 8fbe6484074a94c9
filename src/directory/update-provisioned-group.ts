import { sql } from 'kysely';
import { z } from 'zod';
import { fold } from '../kernel/fold.js';
import { command, type Work } from '../kernel/operation.js';
import { requireActiveConnection } from './active-connection.js';
import { type AcceptedChange, changeMembers, prepareMembers, requireMembers } from './change-members.js';
import { lockProvisionedGroup } from './group-rows.js';
import { groupNameTaken } from './provision-group.js';
import { ExpectedVersion, requireVersion } from './provisioned-user.js';
import { changesBetween } from './record-change.js';
import type { GroupRecord } from './shapes.js';
import {
  displayNameSchema,
  groupExternalIdSchema,
  MAX_MEMBERS_PER_REQUEST,
  MembersChangeInput,
  NestedGroupHeard,
} from './user-input.js';

export interface UpdatedGroup {
  group: GroupRecord;
  /** The names of the attributes that changed, `members` among them; empty when the write changed nothing. */
  changed: string[];
  change: AcceptedChange | undefined;
}

const UpdateProvisionedGroupInput = z.object({
  connectionId: z.string(),
  id: z.string(),
  /** If-Match (RFC 7644 section 3.14). */
  expectedVersion: ExpectedVersion,
  displayName: displayNameSchema.nullish().transform((name) => name ?? undefined),
  externalId: groupExternalIdSchema.optional(),
  members: MembersChangeInput.nullish().transform((members) => members ?? undefined),
  expectedMembers: z.array(z.string()).max(MAX_MEMBERS_PER_REQUEST).default([]),
  nested: NestedGroupHeard,
});

/**
 * Changes a group of the connection in one transaction, however many operations were folded into the input (B27-B30).
 * Members are accepted now and applied by the worker; the cost follows the change, never the size of the group.
 * NOT_FOUND for an unknown group or member, CONFLICT for a name that is taken.
 */
export const updateProvisionedGroup = command({
  permission: 'provisioning:write',
  input: UpdateProvisionedGroupInput,
  audit: (_input, { group, changed, change }: UpdatedGroup) =>
    changed.length === 0
      ? undefined
      : { action: 'group.updated', target: group.id, details: { changed, ...change } },
  constraints: {
    groups_display_name_unique: (input) => groupNameTaken(input.displayName ?? ''),
  },
  async run(tx, input) {
    const { unknownMember } = await requireActiveConnection(tx, input.connectionId);
    const { members } = input;
    // Asked for together, in the order of the locks, which is one round trip. Who refuses the people refuses first.
    const preparing = members && prepareMembers(tx, input.id, members, 'managed', unknownMember);
    const locking = lockProvisionedGroup(tx, input.connectionId, input.id);
    const [ready, locked] = await Promise.allSettled([preparing, locking]);
    if (ready.status === 'rejected') throw ready.reason;
    if (locked.status === 'rejected') throw locked.reason;
    const prepared = ready.value;
    const { at, ...current } = locked.value;
    requireVersion(current, input.expectedVersion);
    await requireMembers(tx, current.id, input.expectedMembers);
    for (const id of prepared?.nested ?? []) input.nested?.(id);
    const change = prepared && (await changeMembers(tx, current.id, prepared));
    const changed = changedDetails(current, input);
    if (change && change.accepted > 0) changed.push('members');
    const group = changed.length === 0 ? current : writeLast(tx, current, at, input);
    const { displayName, externalId } = group;
    tx.record(group.id, changesBetween(current, { displayName, externalId }));
    return { group, changed, change };
  },
});

type Input = z.output<typeof UpdateProvisionedGroupInput>;

function changedDetails(current: GroupRecord, input: Input): string[] {
  const names = ['displayName', 'externalId'] as const;
  return names.filter((name) => input[name] !== undefined && input[name] !== current[name]);
}

/**
 * Writes together with COMMIT, which is a round trip less: the group is locked, so that what its row will say is known. A
 * name that is taken is heard of there (`constraints`).
 */
function writeLast(tx: Work, current: GroupRecord, at: Date, input: Input): GroupRecord {
  const displayName = input.displayName ?? current.displayName;
  const externalId = input.externalId === undefined ? current.externalId : input.externalId;
  tx.closing(sql`
    update groups as g set display_name = ${displayName}, display_name_key = ${fold(displayName)},
      external_id = ${externalId}, version = version + 1, updated_at = now()
    where organization_id = ${tx.context.organizationId} and id = ${current.id}
  `);
  return { ...current, displayName, externalId, version: current.version + 1, updatedAt: at };
}
