import { z } from 'zod';
import { notFound } from '../kernel/errors.js';
import { isId } from '../kernel/ids.js';
import { query } from '../kernel/operation.js';
import { Invitation } from './invitation.entity.js';

/** One invitation, whatever became of it. NOT_FOUND for an unknown id. */
export const invitation = query({
  permission: 'invitation:read',
  input: z.object({ id: z.string() }),
  async run(tx, { id }): Promise<Invitation> {
    const { organizationId } = tx.context;
    const found = isId(id) ? await tx.em.findOne(Invitation, { organizationId, id }) : null;
    if (!found) throw notFound('invitation', id);
    return found;
  },
});
