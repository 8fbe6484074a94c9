import { sql } from 'kysely';
import { z } from 'zod';
import { notFound } from '../kernel/errors.js';
import { isId } from '../kernel/ids.js';
import { command } from '../kernel/operation.js';

/**
 * Ends what a domain opened (B36): nobody can ask through it any more, and who asked and has not registered cannot. People
 * who did register stay. NOT_FOUND for an unknown id.
 */
export const removeApprovedDomain = command({
  permission: 'domain:write',
  input: z.object({ id: z.string() }),
  audit: (_input, id: string) => ({ action: 'domain.removed', target: id }),
  async run(tx, { id }) {
    const { organizationId } = tx.context;
    const [removed] = isId(id)
      ? await tx.rows(sql<{ domain: string }>`
          delete from approved_domains where organization_id = ${organizationId} and id = ${id} returning domain
        `)
      : [];
    if (!removed) throw notFound('approved domain', id);
    await tx.rows(sql`
      update invitations set state = 'revoked'
      where organization_id = ${organizationId} and state = 'pending' and source = 'domain'
        and split_part(email_key, '@', 2) = ${removed.domain}
    `);
    return id;
  },
});
