import type { ScimProfile } from '../directory/profile.js';
import type { UserAttributes, UserChange } from '../directory/shapes.js';
import type { PatchOperation } from './patch.js';
import { createdUser, patchedUser, replacedUser } from './rfc-user-reader.js';
import { type AttributesOfB8, userAttributesFrom, userReplacementFrom } from './user-input.js';
import { foldUserPatch } from './user-patch.js';

/** How the three writes are read into what the operations take. All throw INVALID_INPUT. */
export interface UserReader {
  created(json: unknown): UserAttributes | AttributesOfB8;
  replaced(json: unknown): UserChange;
  patched(
    operations: readonly PatchOperation[],
    current: UserAttributes,
    ignored: (name: string) => void,
  ): UserChange;
}

const B8: UserReader = {
  created: userAttributesFrom,
  replaced: userReplacementFrom,
  patched: (operations, current, ignored) => foldUserPatch(operations, current, { ignored }),
};

/** The reader of what a profile keeps: the attributes of B8, or everything in its table. */
export function userReader({ keeps, resources, patch }: ScimProfile): UserReader {
  if (keeps === 'B8') return B8;
  const table = resources.User;
  return {
    created: (json) => createdUser(json, table),
    replaced: (json) => replacedUser(json, table),
    patched: (operations, current) => patchedUser(operations, current, table, patch),
  };
}
