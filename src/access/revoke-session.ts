import { sql } from 'kysely';
import { z } from 'zod';
import { notFound } from '../kernel/errors.js';
import { isId } from '../kernel/ids.js';
import { command } from '../kernel/operation.js';
import type { Role } from '../kernel/permissions.js';
import { requireMayEnd } from './sign-in/whose-session.js';

/**
 * Ends one session from the next request on: one's own (signing out), or that of somebody who is not above the caller
 * (B33). Ending it again changes nothing. NOT_FOUND for an unknown id.
 */
export const revokeSession = command({
  permission: 'organization:read',
  input: z.object({ id: z.string() }),
  audit: (_input, id: string) => ({ action: 'session.revoked', target: id }),
  async run(tx, { id }) {
    const { organizationId } = tx.context;
    const [row] = isId(id)
      ? await tx.rows(sql<{ user_id: string; role: Role }>`
          select s.user_id, u.role from sessions s
          join users u on u.organization_id = s.organization_id and u.id = s.user_id
          where s.organization_id = ${organizationId} and s.id = ${id}
        `)
      : [];
    if (!row) throw notFound('session', id);
    requireMayEnd(tx, row.user_id, row.role);
    await tx.rows(sql`
      update sessions set ended_at = now(), ended_because = 'revoked'
      where organization_id = ${organizationId} and id = ${id} and ended_at is null
    `);
    return id;
  },
});
