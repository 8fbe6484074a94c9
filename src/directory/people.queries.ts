import { type RawBuilder, sql } from 'kysely';
import { z } from 'zod';
import type { Context } from '../kernel/context.js';
import { isStorableText } from '../kernel/fold.js';
import { isId } from '../kernel/ids.js';
import { query, type Work } from '../kernel/operation.js';
import { KeysetPage } from '../kernel/page.js';
import { ROLES } from '../kernel/permissions.js';
import { compileFilter } from './filter/compile.js';
import { afterCursor, orderBy, orderKey, PeopleOrder, peopleCursor } from './people-order.js';
import { MAX_SEARCH_LENGTH, readSearch, type Search } from './people-search.js';
import { searchedCount, searchedPage } from './people-words.js';
import { profileOf } from './profile.js';
import {
  HELD_LICENSES,
  type HeldLicense,
  type License,
  USER_STATUSES,
  type UserRecord,
  type UserStatus,
} from './shapes.js';
import { toUserRecord, USER_COLUMNS, type UserRow, visibleUsers } from './user-rows.js';

/** Who may read people: a provider those it manages, an API caller everyone. */
const permission = ['provisioning:read', 'user:read'] as const;

const some = <T extends z.ZodType>(one: T) => z.array(one).max(100).nullish();

/** Which people; what is absent restricts nothing, an empty list finds nobody. */
const Wanted = {
  search: z
    .string()
    .max(MAX_SEARCH_LENGTH)
    .refine(isStorableText, 'must not contain NUL or broken Unicode')
    .nullish(),
  /** The SCIM filter language (B12). */
  filter: z.string().nullish(),
  status: some(z.enum(USER_STATUSES)),
  role: some(z.enum(ROLES)),
  license: some(z.enum(HELD_LICENSES)),
  /** Managed by one of these connections, or by none: either is enough. */
  managedBy: z.object({ connectionIds: some(z.string()), ordinary: z.boolean().nullish() }).nullish(),
};
const WantedInput = z.object(Wanted);
type Wanted = z.output<typeof WantedInput>;

export interface ListedUser {
  user: UserRecord;
  cursor: string;
}

/**
 * The people of the organization, a page at a time; a page costs the same at any depth. Everybody whose words begin as
 * the search says (`people-search`), who meets the filter and has one of each of the given values.
 */
export const users = query({
  permission,
  input: z.object({ ...Wanted, orderBy: PeopleOrder, page: KeysetPage.prefault({}) }),
  async run(tx, input): Promise<{ rows: ListedUser[]; hasNextPage: boolean }> {
    const search = await searchOf(tx, input);
    if (search?.kind === 'nobody') return { rows: [], hasNextPage: false };
    const { first, after } = input.page;
    const { organizationId } = tx.context;
    const found = searchedPage(search, organizationId);
    const conditions = [
      ...conditionsOf(tx.context, input),
      ...(after ? [afterCursor(input.orderBy, after)] : []),
    ];
    const rows = await tx.rows(sql<UserRow & { sort_key: string }>`
      select ${USER_COLUMNS}, ${orderKey(input.orderBy)} as sort_key from (
        select u.id from ${found.from} where ${sql.join([...conditions, ...found.conditions], sql` and `)}
        order by ${orderBy(input.orderBy)} limit ${first + 1}) as page
      cross join lateral (
        select * from users p where p.organization_id = ${organizationId} and p.id = page.id offset 0) as u
      order by ${orderBy(input.orderBy)}
    `);
    return {
      rows: rows.slice(0, first).map((row) => ({
        user: toUserRecord(row),
        cursor: peopleCursor(input.orderBy, row.id, row.sort_key),
      })),
      hasNextPage: rows.length > first,
    };
  },
});

/** How many people that finds. */
export const userCount = query({
  permission,
  input: WantedInput,
  async run(tx, input): Promise<number> {
    const search = await searchOf(tx, input);
    if (search?.kind === 'nobody') return 0;
    const found = searchedCount(search, tx.context.organizationId);
    const [row] = await tx.rows(sql<{ total: number }>`
      select count(*)::int as total from ${found.from}
      where ${sql.join([...conditionsOf(tx.context, input), ...found.conditions], sql` and `)}
    `);
    return row?.total ?? 0;
  },
});

/** How many people have one value; `value` is null for whoever has none. */
export interface FacetCount<Value> {
  value: Value;
  count: number;
}

export interface UserFacets {
  total: number;
  status: FacetCount<UserStatus>[];
  role: FacetCount<UserRecord['role']>[];
  license: FacetCount<HeldLicense>[];
  /** By connection; null counts the ordinary people. */
  managedBy: FacetCount<string | null>[];
}

interface FacetRow {
  status: UserStatus;
  role: UserRecord['role'];
  license: HeldLicense;
  managedBy: string | null;
  count: number;
}

/**
 * Exact counts beside a list. Each facet is counted with every restriction but its own, so that it shows what choosing
 * another value would find. One statement counts the people by all four; what is few is added up here.
 */
export const userFacets = query({
  permission,
  input: WantedInput,
  async run(tx, input): Promise<UserFacets> {
    const search = await searchOf(tx, input);
    const { search: _search, filter, ...chosen } = input;
    const found = searchedCount(search, tx.context.organizationId);
    const conditions = [...conditionsOf(tx.context, { filter }), ...found.conditions];
    const rows =
      search?.kind === 'nobody'
        ? []
        : await tx.rows(sql<Omit<FacetRow, 'license'> & { license: License | null }>`
            select u.status, u.role, u.license, u.connection_id as "managedBy", count(*)::int as count
            from ${found.from} where ${sql.join(conditions, sql` and `)} group by 1, 2, 3, 4
          `);
    return facetsOf(
      rows.map((row) => ({ ...row, license: row.license ?? 'none' })),
      chosen,
    );
  },
});

type Chosen = Pick<Wanted, 'status' | 'role' | 'license' | 'managedBy'>;

function facetsOf(rows: readonly FacetRow[], chosen: Chosen): UserFacets {
  const { status, role, license, managedBy } = chosen;
  const meets = {
    status: (row: FacetRow) => !status || status.includes(row.status),
    role: (row: FacetRow) => !role || role.includes(row.role),
    license: (row: FacetRow) => !license || license.includes(row.license),
    managedBy: (row: FacetRow) => !managedBy || isManagedBy(row.managedBy, managedBy),
  };
  const names = ['status', 'role', 'license', 'managedBy'] as const;
  const facet = <Name extends keyof typeof meets>(name: Name): FacetCount<FacetRow[Name]>[] => {
    const counts = new Map<FacetRow[Name], number>();
    for (const row of rows) {
      if (names.every((other) => other === name || meets[other](row)))
        counts.set(row[name], (counts.get(row[name]) ?? 0) + row.count);
    }
    return [...counts].map(([value, count]) => ({ value, count })).sort((a, b) => b.count - a.count);
  };
  const all = rows.filter((row) => names.every((name) => meets[name](row)));
  return {
    total: all.reduce((sum, row) => sum + row.count, 0),
    status: facet('status'),
    role: facet('role'),
    license: facet('license'),
    managedBy: facet('managedBy'),
  };
}

const isManagedBy = (connectionId: string | null, wanted: NonNullable<Wanted['managedBy']>): boolean =>
  connectionId === null ? wanted.ordinary === true : (wanted.connectionIds ?? []).includes(connectionId);

const searchOf = async (tx: Work, { search }: Pick<Wanted, 'search'>): Promise<Search | undefined> =>
  search ? readSearch(tx, tx.context.organizationId, search) : undefined;

function conditionsOf(context: Context, wanted: Wanted): RawBuilder<unknown>[] {
  const { filter, status, role, license, managedBy } = wanted;
  const conditions = [visibleUsers(context)];
  if (filter) conditions.push(sql`(${compileFilter(filter, 'User', profileOf(context))})`);
  if (status) conditions.push(sql`u.status = any(${status}::text[])`);
  if (role) conditions.push(sql`u.role = any(${role}::text[])`);
  if (license) conditions.push(sql`coalesce(u.license, 'none') = any(${license}::text[])`);
  if (managedBy) {
    const connections = (managedBy.connectionIds ?? []).filter(isId);
    const ordinary = managedBy.ordinary ? sql`or u.connection_id is null` : sql``;
    conditions.push(sql`(u.connection_id = any(${connections}::uuid[]) ${ordinary})`);
  }
  return conditions;
}
