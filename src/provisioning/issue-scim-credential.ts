import { z } from 'zod';
import { isStorableText } from '../kernel/fold.js';
import { command } from '../kernel/operation.js';
import { addCredential, type IssuedCredential } from './credentials.js';
import { requireRoom } from './live-credentials.js';
import { lockConnection } from './lock-connection.js';

/**
 * Issues a further credential beside the one in use, so that a rotation never stops a sync (B3). CONFLICT when two of the
 * kind live already, NOT_FOUND for an unknown connection.
 */
export const issueScimCredential = command({
  permission: 'connection:write',
  input: z.object({
    connectionId: z.string(),
    kind: z
      .enum(['bearer', 'basic'])
      .nullish()
      .transform((kind) => kind ?? 'bearer'),
    label: z.string().min(1).max(100).refine(isStorableText, 'must not contain NUL or broken Unicode'),
  }),
  audit: (input, issued: IssuedCredential) => ({
    action: 'scimCredential.issued',
    target: issued.id,
    details: { connectionId: input.connectionId, kind: input.kind },
  }),
  async run(tx, input) {
    await lockConnection(tx, input.connectionId);
    await requireRoom(tx, input.connectionId, input.kind);
    return addCredential(tx, input.connectionId, input.kind, input.label);
  },
});
