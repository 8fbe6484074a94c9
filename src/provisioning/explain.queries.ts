import { z } from 'zod';
import { query } from '../kernel/operation.js';
import { type Explanation, type MembershipVerdict, membershipVerdict } from './membership-verdict.js';
import { type UserVerdict, userVerdict } from './user-verdict.js';

const permission = 'connection:read';

/**
 * Why somebody is in a group, or is not: a verdict, a sentence and the rows it rests on. NOT_FOUND for a person or group
 * that is nobody's here.
 */
export const explainMembership = query({
  permission,
  input: z.object({ userId: z.string(), groupId: z.string() }),
  run: (tx, input): Promise<Explanation<MembershipVerdict>> => membershipVerdict(tx, input),
});

/** Where somebody stands and who decided it, in the same form. NOT_FOUND for nobody. */
export const explainUser = query({
  permission,
  input: z.object({ userId: z.string() }),
  run: (tx, { userId }): Promise<Explanation<UserVerdict>> => userVerdict(tx, userId),
});
