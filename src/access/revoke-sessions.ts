import { sql } from 'kysely';
import { z } from 'zod';
import { notFound } from '../kernel/errors.js';
import { isId } from '../kernel/ids.js';
import { command } from '../kernel/operation.js';
import type { Role } from '../kernel/permissions.js';
import { requireMayEnd } from './sign-in/whose-session.js';

/** Ends every open session of a person; how many. One's own are all but the one that asks. */
export const revokeSessions = command({
  permission: 'organization:read',
  input: z.object({ userId: z.string() }),
  audit: ({ userId }, count: number) =>
    count === 0 ? undefined : { action: 'sessions.revoked', target: userId, details: { count } },
  async run(tx, { userId }) {
    const { organizationId, actor } = tx.context;
    const [person] = isId(userId)
      ? await tx.rows(sql<{ role: Role }>`
          select role from users where organization_id = ${organizationId} and id = ${userId}
        `)
      : [];
    if (!person) throw notFound('user', userId);
    requireMayEnd(tx, userId, person.role);
    const kept = actor.kind === 'session' ? actor.id : null;
    const ended = await tx.rows(sql`
      update sessions set ended_at = now(), ended_because = 'revoked'
      where organization_id = ${organizationId} and user_id = ${userId} and ended_at is null
        and id is distinct from ${kept}::uuid
      returning id
    `);
    return ended.length;
  },
});
