import { sql } from 'kysely';
import { z } from 'zod';
import { command, type Work } from '../kernel/operation.js';
import type { Course } from './invitation.entity.js';

export interface AppliedInvitation {
  invitationId: string;
  groups: number;
  courses: number;
  role: string;
}

interface ConsumedRow {
  user_id: string;
  role: 'admin' | 'group_admin' | 'user';
  group_ids: string[];
  courses: Course[];
}

/**
 * Gives someone what their consumed invitation promised (B14): groups and courses now, a role above "user" at their
 * first verified sign-in, so that a provider alone can never make an administrator (abuse 5). Happens once, however
 * often it is called; a group that is gone by now is left out. Undefined when there is nothing to apply.
 */
export const applyInvitation = command({
  permission: 'membership:apply',
  input: z.object({ invitationId: z.uuid() }),
  audit: (_input, applied: AppliedInvitation | undefined) =>
    applied && { action: 'invitation.applied', target: applied.invitationId, details: { ...applied } },
  async run(tx, { invitationId }) {
    const invitation = await lockConsumed(tx, invitationId);
    if (!invitation) return undefined;
    const { organizationId } = tx.context;
    const groups = await joinGroups(tx, invitation);
    if (invitation.role !== 'user') {
      await tx.rows(sql`
        update users set pending_role = ${invitation.role}, version = version + 1, updated_at = now()
        where organization_id = ${organizationId} and id = ${invitation.user_id} and role = 'user'
      `);
    }
    for (const course of invitation.courses) {
      await tx.rows(sql`
        insert into user_courses (organization_id, user_id, course_id, course_name)
        values (${organizationId}, ${invitation.user_id}, ${course.id}, ${course.name}) on conflict do nothing
      `);
    }
    await tx.rows(sql`
      update invitations set applied_at = now() where organization_id = ${organizationId} and id = ${invitationId}
    `);
    return { invitationId, groups, courses: invitation.courses.length, role: invitation.role };
  },
});

/** The person first, then the invitation, then the groups: the lock order of every command. */
async function lockConsumed(tx: Work, invitationId: string): Promise<ConsumedRow | undefined> {
  const { organizationId } = tx.context;
  await tx.rows(sql`
    select u.id from users u
    where u.organization_id = ${organizationId} and u.active and u.id = (
      select user_id from invitations where organization_id = ${organizationId} and id = ${invitationId})
    for update
  `);
  const [row] = await tx.rows(sql<ConsumedRow>`
    select i.user_id, i.role, i.group_ids, i.courses from invitations i
    join users u on u.organization_id = i.organization_id and u.id = i.user_id and u.active
    where i.organization_id = ${organizationId} and i.id = ${invitationId}
      and i.state = 'consumed' and i.applied_at is null
    for update of i
  `);
  return row;
}

/** What an invitation brings is in effect at once: the worker that applies it is the one that calls this. */
async function joinGroups(tx: Work, invitation: ConsumedRow): Promise<number> {
  const { organizationId } = tx.context;
  const locked = await tx.rows(sql<{ id: string }>`
    select id from groups where organization_id = ${organizationId} and id = any(${invitation.group_ids}::uuid[])
    order by id for update
  `);
  const ids = locked.map((row) => row.id);
  const joined = await tx.rows(sql<{ group_id: string }>`
    insert into memberships (organization_id, group_id, user_id, state, applied_at)
    select ${organizationId}::uuid, g.id, ${invitation.user_id}::uuid, 'active', clock_timestamp()
    from unnest(${ids}::uuid[]) as g(id)
    on conflict do nothing returning group_id
  `);
  await tx.rows(sql`
    update groups set version = version + 1, updated_at = now()
    where organization_id = ${organizationId} and id = any(${joined.map((row) => row.group_id)}::uuid[])
  `);
  return ids.length;
}
