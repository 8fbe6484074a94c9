import { sql } from 'kysely';
import { z } from 'zod';
import { notFound } from '../kernel/errors.js';
import { isId } from '../kernel/ids.js';
import { query } from '../kernel/operation.js';
import { KeysetPage, type KeysetResult, readCursor } from '../kernel/page.js';
import { mayReadGroup } from './administered.js';
import type { MembershipRecord, MembershipState } from './shapes.js';

/** As many parents as one page can hold; loaders split their batches at it. */
export const MAX_PARENTS = 100;

interface MembershipRow {
  group_id: string;
  user_id: string;
  state: MembershipState;
  accepted_at: string;
  applied_at: string | null;
}

/** Whose memberships: of some groups (their members), or of some people (their groups). */
const PARENTS = {
  group: { parent: sql.ref('m.group_id'), child: sql.ref('m.user_id'), key: 'groupId' },
  user: { parent: sql.ref('m.user_id'), child: sql.ref('m.group_id'), key: 'userId' },
} as const;

const of = z.enum(['group', 'user']);
const ids = z.array(z.uuid()).max(MAX_PARENTS);

/** A group admin sees the memberships of their groups, whichever side they come from. */
const permission = ['group:read', 'administered-group:read'] as const;

/** One page of memberships for each parent, in one statement, whatever the state: the product shows all three. */
export const memberships = query({
  permission,
  input: z.object({ of, ids, page: KeysetPage.prefault({}) }),
  async run(tx, input): Promise<Map<string, KeysetResult<MembershipRecord>>> {
    const { parent, child, key } = PARENTS[input.of];
    const after = input.page.after ? sql`and ${child} > ${readCursor(input.page.after)}` : sql``;
    const rows = await tx.rows(sql<MembershipRow>`
      select p.* from unnest(${input.ids}::uuid[]) as parent(id) cross join lateral (
        select m.group_id, m.user_id, m.state, m.accepted_at, m.applied_at from memberships m
        where m.organization_id = ${tx.context.organizationId} and ${parent} = parent.id
          and ${mayReadGroup(tx.context, sql.ref('m.group_id'))} ${after}
        order by ${child} limit ${input.page.first + 1}) p
    `);
    const pages = new Map<string, KeysetResult<MembershipRecord>>(
      input.ids.map((id) => [id, { rows: [], hasNextPage: false }]),
    );
    for (const row of rows) {
      const membership = toMembership(row);
      const page = pages.get(membership[key]);
      if (page && page.rows.length < input.page.first) page.rows.push(membership);
      else if (page) page.hasNextPage = true;
    }
    return pages;
  },
});

/** How many memberships each parent has, whatever their state. */
export const membershipCounts = query({
  permission,
  input: z.object({ of, ids }),
  async run(tx, input): Promise<Map<string, number>> {
    const { parent } = PARENTS[input.of];
    const rows = await tx.rows(sql<{ id: string; total: number }>`
      select ${parent} as id, count(*)::int as total from memberships m
      where m.organization_id = ${tx.context.organizationId} and ${parent} = any(${input.ids}::uuid[])
        and ${mayReadGroup(tx.context, sql.ref('m.group_id'))} group by 1
    `);
    const totals = new Map(rows.map((row) => [row.id, row.total]));
    return new Map(input.ids.map((id) => [id, totals.get(id) ?? 0]));
  },
});

/** How far one accepted change of a group's members has come. */
export interface MembershipChangeRecord {
  id: string;
  groupId: string;
  /** People whose membership this change moved. */
  accepted: number;
  /** Of those, how many are settled: in effect, or overtaken by a later change. */
  applied: number;
  /** People who could not be added because they are deactivated. */
  failed: number;
  acceptedAt: Date;
}

/**
 * Progress of a change. `applied` is what the rows say now, not a counter: the rows that still wait for this change are
 * subtracted from what was accepted, so a job that runs twice or never cannot make it wrong. NOT_FOUND otherwise.
 */
export const membershipChange = query({
  permission,
  input: z.object({ id: z.string() }),
  async run(tx, { id }): Promise<MembershipChangeRecord> {
    const { organizationId } = tx.context;
    const [row] = isId(id)
      ? await tx.rows(sql<Omit<MembershipChangeRecord, 'acceptedAt'> & { acceptedAt: string }>`
          select c.id, c.group_id as "groupId", c.accepted, c.failed, c.accepted_at as "acceptedAt",
            c.accepted - (select count(*)::int from memberships m
              where m.organization_id = c.organization_id and m.group_id = c.group_id and m.change_id = c.id
                and m.state <> 'active') as applied
          from membership_changes c where c.organization_id = ${organizationId} and c.id = ${id}
            and ${mayReadGroup(tx.context, sql.ref('c.group_id'))}
        `)
      : [];
    if (!row) throw notFound('membership change', id);
    return { ...row, acceptedAt: new Date(row.acceptedAt) };
  },
});

function toMembership(row: MembershipRow): MembershipRecord {
  return {
    groupId: row.group_id,
    userId: row.user_id,
    state: row.state,
    acceptedAt: new Date(row.accepted_at),
    appliedAt: row.applied_at === null ? null : new Date(row.applied_at),
  };
}
