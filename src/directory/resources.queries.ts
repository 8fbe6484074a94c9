import { type RawBuilder, sql } from 'kysely';
import { z } from 'zod';
import { query, type Work } from '../kernel/operation.js';
import { compileFilter } from './filter/compile.js';
import { GROUP_COLUMNS, type GroupRow, membersOfGroups, toGroupRecord } from './group-rows.js';
import type { GroupWithMembers } from './groups.queries.js';
import type { List } from './pages.js';
import { profileOf } from './profile.js';
import { ScimPage, type ScimPageResult, SortInput, scimPage } from './scim-page.js';
import { compileSharedSort, type SortRequest } from './sort.js';
import {
  groupsOfUsers,
  seenBy,
  toUserRecord,
  USER_COLUMNS,
  type UserRow,
  visibleGroups,
  visibleUsers,
} from './user-rows.js';
import type { UserWithGroups } from './users.queries.js';

/** A person or a group, with what SCIM shows beside it. */
export type FoundResource = ({ kind: 'User' } & UserWithGroups) | ({ kind: 'Group' } & GroupWithMembers);

interface Found {
  kind: 'User' | 'Group';
  id: string;
}

/**
 * People and groups in one list (RFC 7644 section 3.4.2.1), by index or cursor. An attribute that only one of them has
 * is without a value on the other; what neither has is INVALID_INPUT.
 */
export const resourceIndex = query({
  permission: 'provisioning:read',
  input: z.object({
    filter: z.string().nullish(),
    sort: SortInput,
    page: ScimPage.prefault({}),
    baseUrl: z.string().optional(),
    withGroups: z.boolean().default(true),
    withMembers: z.boolean().default(true),
  }),
  async run(tx, input): Promise<ScimPageResult<FoundResource>> {
    const found = await scimPage<Found>(tx, union(tx, input), input.page, {
      resource: 'any',
      ...input,
    });
    const idsOf = (kind: Found['kind']) => found.rows.filter((row) => row.kind === kind).map((row) => row.id);
    const people = await peopleOf(tx, idsOf('User'), input.withGroups);
    const groups = await groupsBy(tx, idsOf('Group'), input.withMembers);
    const rows = found.rows.flatMap((row) => people.get(row.id) ?? groups.get(row.id) ?? []);
    return { ...found, rows };
  },
});

interface Asked {
  filter?: string | null | undefined;
  sort?: SortRequest | undefined;
  baseUrl?: string | undefined;
}

function union(tx: Work, { filter, sort, baseUrl }: Asked): List {
  const profile = profileOf(tx.context);
  const { User, Group } = profile.resources;
  const seen = seenBy(tx.context);
  const [userOrder, groupOrder] = sort ? compileSharedSort(sort, [User, Group], seen) : [];
  const key = (order: typeof userOrder): RawBuilder<unknown> => order?.key ?? sql`null::text`;
  const users = filter
    ? compileFilter(filter, 'User', profile, { others: ['Group'], seen, baseUrl })
    : sql`true`;
  const groups = filter
    ? compileFilter(filter, 'Group', profile, { others: ['User'], seen, baseUrl })
    : sql`true`;
  const from = sql`(
    select 'User' as kind, u.id, ${key(userOrder)} as sorted_by from users u
    where ${visibleUsers(tx.context)} and (${users})
    union all
    select 'Group' as kind, g.id, ${key(groupOrder)} as sorted_by from groups g
    where ${visibleGroups(tx.context)} and (${groups})
  ) as r`;
  const sorted = userOrder?.type === 'text' ? sql`r.sorted_by collate "C"` : sql`r.sorted_by`;
  const order = userOrder && { ...userOrder, key: sorted };
  return { columns: sql`r.kind, r.id`, from, where: sql`true`, alias: 'r', order };
}

async function peopleOf(tx: Work, ids: string[], withGroups: boolean): Promise<Map<string, FoundResource>> {
  if (ids.length === 0) return new Map();
  const rows = await tx.rows(sql<UserRow>`
    select ${USER_COLUMNS} from users u where ${visibleUsers(tx.context)} and u.id = any(${ids}::uuid[])
  `);
  const groups = withGroups ? await groupsOfUsers(tx, tx.context, ids) : undefined;
  return new Map(
    rows.map((row) => [row.id, { kind: 'User', user: toUserRecord(row), groups: groups?.get(row.id) ?? [] }]),
  );
}

async function groupsBy(tx: Work, ids: string[], withMembers: boolean): Promise<Map<string, FoundResource>> {
  if (ids.length === 0) return new Map();
  const rows = await tx.rows(sql<GroupRow>`
    select ${GROUP_COLUMNS} from groups g where ${visibleGroups(tx.context)} and g.id = any(${ids}::uuid[])
  `);
  const members = withMembers ? await membersOfGroups(tx, tx.context, ids) : undefined;
  return new Map(
    rows.map((row) => [row.id, { kind: 'Group', group: toGroupRecord(row), members: members?.get(row.id) }]),
  );
}
