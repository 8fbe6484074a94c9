import { sql } from 'kysely';
import { z } from 'zod';
import type { Context } from '../kernel/context.js';
import { notFound } from '../kernel/errors.js';
import { isId } from '../kernel/ids.js';
import { query } from '../kernel/operation.js';
import { compileFilter } from './filter/compile.js';
import type { List } from './pages.js';
import { profileOf } from './profile.js';
import { ScimPage, type ScimPageResult, SortInput, scimPage } from './scim-page.js';
import type { UserGroup, UserRecord } from './shapes.js';
import { compileSort, type SortRequest } from './sort.js';
import {
  groupsOfUser,
  groupsOfUsers,
  seenBy,
  toUserRecord,
  USER_COLUMNS,
  type UserRow,
  visibleUsers,
} from './user-rows.js';

/** Who may read people: a provider those it manages, an API caller everyone. */
const permission = ['provisioning:read', 'user:read'] as const;

/**
 * Who may read a person they name: a group admin too, if that person is in a group of theirs. Not the lists: a filter
 * over everybody would answer about other groups.
 */
const permissionForOne = [...permission, 'administered-group:read'] as const;

const filter = z.string().nullish();

/** A loader asks for the people behind one page of a nested list at most. */
const MAX_BY_ID = 10_000;

/** A person with the groups SCIM shows, when they were asked for. */
export interface UserWithGroups {
  user: UserRecord;
  groups: UserGroup[];
}

type RowWithGroups = UserRow & { groups?: UserGroup[] | null };

/** `userName eq "x"`: what providers ask all day. */
const LOOK_UP = /^\s*(userName|externalId)\s+eq\s+"[^"\\]*"\s*$/i;

/**
 * The people a connection sees, by index or cursor (B10-B12). What its profile does not allow in a filter is NOT_SUPPORTED, what
 * does not parse INVALID_INPUT.
 */
export const userIndex = query({
  permission,
  input: z.object({
    filter,
    sort: SortInput,
    page: ScimPage.prefault({}),
    baseUrl: z.string().optional(),
    withGroups: z.boolean().default(true),
  }),
  async run(tx, input): Promise<ScimPageResult<UserWithGroups>> {
    const { context } = tx;
    const found = list(context, input.filter, input.sort, input.baseUrl);
    // Somebody who is looked up comes with their groups; those of a page are found together, at a tenth of the cost.
    const isLookUp = found.finds === 'one';
    const columns =
      input.withGroups && isLookUp ? sql`${USER_COLUMNS}, ${groupsOfUser(context)} as groups` : USER_COLUMNS;
    const { rows, ...page } = await scimPage<RowWithGroups>(tx, { ...found, columns }, input.page, {
      resource: 'User',
      ...input,
    });
    const ids = input.withGroups && !isLookUp ? rows.map(({ id }) => id) : [];
    const groups = await groupsOfUsers(tx, context, ids);
    return {
      ...page,
      rows: rows.map((row) => ({ user: toUserRecord(row), groups: row.groups ?? groups.get(row.id) ?? [] })),
    };
  },
});

/** One person with the groups SCIM shows. NOT_FOUND for anyone the caller may not see. */
export const user = query({
  permission: permissionForOne,
  input: z.object({ id: z.string(), withGroups: z.boolean().default(true) }),
  async run(tx, { id, withGroups }): Promise<UserWithGroups> {
    const [row] = isId(id)
      ? await tx.rows(
          sql<RowWithGroups>`
            select ${USER_COLUMNS}${withGroups ? sql`, ${groupsOfUser(tx.context)} as groups` : sql``}
            from users u where ${visibleUsers(tx.context)} and u.id = ${id}`,
          { prepared: true },
        )
      : [];
    if (!row) throw notFound('user', id);
    return { user: toUserRecord(row), groups: row.groups ?? [] };
  },
});

/** Some people by id, in no particular order; ids that name nobody are left out. */
export const usersById = query({
  permission: permissionForOne,
  input: z.object({ ids: z.array(z.uuid()).max(MAX_BY_ID) }),
  async run(tx, { ids }): Promise<UserRecord[]> {
    const rows = await tx.rows(sql<UserRow>`
      select ${USER_COLUMNS} from users u where ${visibleUsers(tx.context)} and u.id = any(${ids}::uuid[])
    `);
    return rows.map(toUserRecord);
  },
});

function list(context: Context, text: string | null | undefined, sort?: SortRequest, baseUrl?: string): List {
  const profile = profileOf(context);
  const isLookUp = text !== null && text !== undefined && LOOK_UP.test(text);
  const visible = visibleUsers(context, isLookUp);
  const seen = seenBy(context);
  const where = text
    ? sql`${visible} and (${compileFilter(text, 'User', profile, { seen, baseUrl })})`
    : visible;
  const order = sort && compileSort(sort, profile.resources.User, seen);
  const finds = !text && !order ? 'everything' : isLookUp ? 'one' : undefined;
  return { columns: USER_COLUMNS, from: sql`users u`, where, alias: 'u', order, finds };
}
