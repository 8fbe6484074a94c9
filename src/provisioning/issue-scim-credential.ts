import { z } from 'zod';
import { notFound } from '../kernel/errors.js';
import { isStorableText } from '../kernel/fold.js';
import { isId } from '../kernel/ids.js';
import { command } from '../kernel/operation.js';
import { addCredential, type IssuedCredential } from './credentials.js';
import { ScimConnection } from './scim-connection.entity.js';

/** Issues a further credential beside those in use, so that a rotation never stops a sync (B3). */
export const issueScimCredential = command({
  permission: 'connection:write',
  input: z.object({
    connectionId: z.string(),
    kind: z.enum(['bearer', 'basic']).default('bearer'),
    label: z.string().min(1).max(100).refine(isStorableText, 'must not contain NUL or broken Unicode'),
  }),
  audit: (input, issued: IssuedCredential) => ({
    action: 'scimCredential.issued',
    target: issued.id,
    details: { connectionId: input.connectionId, kind: input.kind },
  }),
  async run(tx, input) {
    const { organizationId } = tx.context;
    const connection = isId(input.connectionId)
      ? await tx.em.findOne(ScimConnection, { organizationId, id: input.connectionId })
      : null;
    if (!connection) throw notFound('SCIM connection', input.connectionId);
    return addCredential(tx, connection.id, input.kind, input.label);
  },
});
