import { z } from 'zod';
import { isId } from '../kernel/ids.js';
import { command } from '../kernel/operation.js';
import { rememberLostAnswer } from './lost-answer.js';
import { userAttributeSchemas } from './user-input.js';

/**
 * Notes, after a creation was committed, that its answer did not reach the client because the connection was closed
 * before it was written (B16). The next identical creation by the same connection is then answered with the person.
 */
export const noteLostAnswer = command({
  permission: 'provisioning:write',
  input: z.object({
    connectionId: z.string(),
    userId: z.string(),
    ...userAttributeSchemas,
    profile: userAttributeSchemas.profile.prefault({}),
  }),
  audit: () => undefined,
  async run(tx, { connectionId, userId, ...attributes }) {
    if (isId(connectionId) && isId(userId)) await rememberLostAnswer(tx, connectionId, userId, attributes);
  },
});
