import { sql } from 'kysely';
import { z } from 'zod';
import { DomainError } from '../kernel/errors.js';
import { fold } from '../kernel/fold.js';
import { newId } from '../kernel/ids.js';
import { command, type Work } from '../kernel/operation.js';
import { requireActiveConnection } from './active-connection.js';
import { type AcceptedChange, changeMembers, prepareMembers } from './change-members.js';
import {
  GROUP_COLUMNS,
  type GroupRow,
  type MemberPage,
  membersOfGroup,
  toGroupRecord,
} from './group-rows.js';
import { changesBetween } from './record-change.js';
import type { GroupRecord } from './shapes.js';
import {
  displayNameSchema,
  groupExternalIdSchema,
  NestedGroupHeard,
  WholeMembersInput,
} from './user-input.js';

export interface ProvisionedGroup extends MemberPage {
  group: GroupRecord;
  /** Whether a group made inside the product became managed by the connection (B26). */
  adopted: boolean;
  change: AcceptedChange | undefined;
}

const ProvisionGroupInput = z.object({
  connectionId: z.string(),
  displayName: displayNameSchema,
  externalId: groupExternalIdSchema.default(null),
  members: WholeMembersInput.nullish().transform((members) => members ?? []),
  nested: NestedGroupHeard,
});

/** B23: names are unique among all groups of the organization, whoever made them. */
export const groupNameTaken = (displayName: string): DomainError =>
  new DomainError(
    'CONFLICT',
    `A group named '${displayName}' exists already in this organization. Link that group instead of creating another, or rename one of them.`,
    { field: 'displayName' },
  );

/**
 * Creates a group managed by a connection, or adopts the one of that name that was made here; its people stay (B26).
 * Members are accepted now and applied by the worker (B30). CONFLICT when a provisioned group has the name, NOT_FOUND
 * for a member who is nobody here.
 */
export const provisionGroup = command({
  permission: 'provisioning:write',
  input: ProvisionGroupInput,
  audit: (input, { group, adopted, change }: ProvisionedGroup) => ({
    action: 'group.provisioned',
    target: group.id,
    details: { connectionId: input.connectionId, adopted, ...change },
  }),
  async run(tx, input) {
    const { unknownMember } = await requireActiveConnection(tx, input.connectionId);
    const joining = { add: input.members, remove: [] };
    const prepared = await prepareMembers(tx, undefined, joining, 'managed', unknownMember);
    for (const id of prepared.nested) input.nested?.(id);
    const created = await insert(tx, input);
    const row = created ?? (await adopt(tx, input));
    const { displayName, externalId } = input;
    tx.record(
      row.id,
      changesBetween(undefined, { displayName, externalId, ...(!created && { provisioned: true }) }),
    );
    const change = await changeMembers(tx, row.id, prepared);
    const page = await membersOfGroup(tx, tx.context, row.id);
    return { group: toGroupRecord(row), ...page, adopted: !created, change };
  },
});

type Input = z.output<typeof ProvisionGroupInput>;

async function insert(tx: Work, input: Input): Promise<GroupRow | undefined> {
  const [row] = await tx.rows(sql<GroupRow>`
    insert into groups as g (organization_id, id, display_name, display_name_key, external_id, connection_id)
    values (${tx.context.organizationId}, ${newId()}, ${input.displayName}, ${fold(input.displayName)},
      ${input.externalId}, ${input.connectionId})
    on conflict do nothing returning ${GROUP_COLUMNS}
  `);
  return row;
}

async function adopt(tx: Work, input: Input): Promise<GroupRow> {
  const [row] = await tx.rows(sql<GroupRow>`
    update groups as g set display_name = ${input.displayName}, external_id = ${input.externalId},
      connection_id = ${input.connectionId}, version = version + 1, updated_at = now()
    where organization_id = ${tx.context.organizationId} and display_name_key = ${fold(input.displayName)}
      and connection_id is null
    returning ${GROUP_COLUMNS}
  `);
  if (!row) throw groupNameTaken(input.displayName);
  return row;
}
