import { z } from 'zod';
import { DomainError } from '../kernel/errors.js';
import { isStorableText } from '../kernel/fold.js';
import type { Work } from '../kernel/operation.js';
import { mayGrant } from '../kernel/permissions.js';
import { requireOwnInvitation } from './own-groups.js';
import { requireGroups } from './require-groups.js';

/** An invitation is read by a person; one that names more than this is an import, which is another operation. */
const MAX_GROUPS = 100;
const MAX_COURSES = 100;

const courseText = z
  .string()
  .min(1)
  .max(200)
  .refine(isStorableText, 'must not contain NUL or broken Unicode');

/** What an invitation promises: a role, groups and courses. An explicit null is the same as leaving it out. */
export const promiseSchemas = {
  role: z
    .enum(['admin', 'group_admin', 'user'])
    .nullish()
    .transform((role) => role ?? 'user'),
  groupIds: z
    .array(z.string())
    .max(MAX_GROUPS)
    .nullish()
    .transform((ids) => [...new Set(ids ?? [])]),
  courses: z
    .array(z.object({ id: courseText, name: courseText }))
    .max(MAX_COURSES)
    .nullish()
    .transform((courses) => courses ?? []),
};

/** What somebody promises. */
export interface PromiseInput {
  role: 'admin' | 'group_admin' | 'user';
  groupIds: string[];
  courses: { id: string; name: string }[];
}

/**
 * Whether the caller may promise this: FORBIDDEN for a role above theirs and for what a group admin may not promise
 * (B33), NOT_FOUND for a group that is not of this organization. The id of the caller.
 */
export async function requireMayPromise(tx: Work, promise: PromiseInput): Promise<string> {
  const { actor } = tx.context;
  if (!('role' in actor) || !mayGrant(actor.role, promise.role)) {
    throw new DomainError(
      'FORBIDDEN',
      `Only someone with the role '${promise.role}' or higher can invite into it.`,
      { field: 'role' },
    );
  }
  await requireOwnInvitation(tx, promise);
  await requireGroups(tx, promise.groupIds);
  return actor.id;
}
