import { sql } from 'kysely';
import { z } from 'zod';
import type { Context } from '../kernel/context.js';
import { notFound } from '../kernel/errors.js';
import { isId } from '../kernel/ids.js';
import { query } from '../kernel/operation.js';
import { KeysetPage, type KeysetResult } from '../kernel/page.js';
import { compileFilter } from './filter/compile.js';
import {
  GROUP_COLUMNS,
  type GroupRow,
  type MemberPage,
  membersOfGroup,
  membersOfGroups,
  toGroupRecord,
} from './group-rows.js';
import { count, cursorPage, type List } from './pages.js';
import { profileOf } from './profile.js';
import { ScimPage, type ScimPageResult, SortInput, scimPage } from './scim-page.js';
import type { GroupMember, GroupRecord } from './shapes.js';
import { compileSort, type SortRequest } from './sort.js';
import { seenBy, visibleGroups } from './user-rows.js';

/** Who may read groups: a provider those it manages (B24), a group admin their own (B33), other callers all of them. */
const permission = ['provisioning:read', 'group:read', 'administered-group:read'] as const;

const filter = z.string().nullish();

/** A loader asks for the groups behind one page of a nested list at most. */
const MAX_BY_ID = 10_000;

/** A group with the members SCIM shows, when they were asked for. */
export interface GroupWithMembers {
  group: GroupRecord;
  members: GroupMember[] | undefined;
}

/** A group of any size: what did not fit into the first statement is read from `nextMembersAfter` on. */
export interface GroupWithFirstMembers extends GroupWithMembers {
  nextMembersAfter: string | undefined;
}

/** The groups a connection sees, by index or cursor (B10, B24, B25). Without members the cost is independent of their number. */
export const groupIndex = query({
  permission,
  input: z.object({
    filter,
    sort: SortInput,
    page: ScimPage.prefault({}),
    baseUrl: z.string().optional(),
    withMembers: z.boolean().default(true),
  }),
  async run(tx, input): Promise<ScimPageResult<GroupWithMembers>> {
    const found = list(tx.context, input.filter, input.sort, input.baseUrl);
    const { rows, ...page } = await scimPage<GroupRow>(tx, found, input.page, {
      resource: 'Group',
      ...input,
    });
    const ids = rows.map((row) => row.id);
    const members = input.withMembers ? await membersOfGroups(tx, tx.context, ids) : undefined;
    return {
      ...page,
      rows: rows.map((row) => ({ group: toGroupRecord(row), members: members?.get(row.id) })),
    };
  },
});

/** The groups of the organization, oldest first, by cursor; the whole filter language works (B12). */
export const groups = query({
  permission,
  input: z.object({ filter, page: KeysetPage.prefault({}) }),
  async run(tx, input): Promise<KeysetResult<GroupRecord>> {
    const { rows, hasNextPage } = await cursorPage<GroupRow>(tx, list(tx.context, input.filter), input.page);
    return { rows: rows.map(toGroupRecord), hasNextPage };
  },
});

/** How many groups a filter finds. */
export const groupCount = query({
  permission,
  input: z.object({ filter }),
  run: (tx, input) => count(tx, list(tx.context, input.filter)),
});

/** One group, with the first members SCIM shows (`groupMembers` goes on) unless they are not wanted. NOT_FOUND for one the caller may not see. */
export const group = query({
  permission,
  input: z.object({ id: z.string(), withMembers: z.boolean().default(true) }),
  async run(tx, { id, withMembers }): Promise<GroupWithFirstMembers> {
    const [row] = isId(id)
      ? await tx.rows(
          sql<GroupRow>`select ${GROUP_COLUMNS} from groups g where ${visibleGroups(tx.context)} and g.id = ${id}`,
        )
      : [];
    if (!row) throw notFound('group', id);
    const page = withMembers ? await membersOfGroup(tx, tx.context, id) : undefined;
    return { group: toGroupRecord(row), members: page?.members, nextMembersAfter: page?.nextMembersAfter };
  },
});

/** The next members of a group that `group` showed the first of; a group that is gone meanwhile has none. */
export const groupMembers = query({
  permission,
  input: z.object({ id: z.uuid(), after: z.uuid() }),
  run: (tx, { id, after }): Promise<MemberPage> => membersOfGroup(tx, tx.context, id, after),
});

/** Some groups by id, in no particular order; ids that name none are left out. */
export const groupsById = query({
  permission,
  input: z.object({ ids: z.array(z.uuid()).max(MAX_BY_ID) }),
  async run(tx, { ids }): Promise<GroupRecord[]> {
    const rows = await tx.rows(sql<GroupRow>`
      select ${GROUP_COLUMNS} from groups g where ${visibleGroups(tx.context)} and g.id = any(${ids}::uuid[])
    `);
    return rows.map(toGroupRecord);
  },
});

function list(context: Context, text: string | null | undefined, sort?: SortRequest, baseUrl?: string): List {
  const profile = profileOf(context);
  const visible = visibleGroups(context);
  const seen = seenBy(context);
  const where = text
    ? sql`${visible} and (${compileFilter(text, 'Group', profile, { seen, baseUrl })})`
    : visible;
  const order = sort && compileSort(sort, profile.resources.Group, seen);
  return { columns: GROUP_COLUMNS, from: sql`groups g`, where, alias: 'g', order };
}
