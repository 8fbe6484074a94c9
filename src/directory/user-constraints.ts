import { databaseFailure } from '../kernel/database.js';
import { DomainError } from '../kernel/errors.js';
import type { UserChange } from './shapes.js';

/** B16: which value is taken, and what an administrator can do about it. */
export const taken = (attribute: string, value: string | null | undefined): DomainError =>
  new DomainError(
    'CONFLICT',
    `A person with the ${attribute} '${value}' exists already in this organization. Match that person instead of creating another, or change the ${attribute} in the identity provider.`,
    { field: attribute },
  );

/** What the unique constraints of `users` are about. */
const ATTRIBUTES: Readonly<Record<string, 'userName' | 'email' | 'externalId'>> = {
  users_user_name_unique: 'userName',
  users_email_unique: 'email',
  users_external_id_unique: 'externalId',
};

/**
 * A violated unique constraint of `users` as CONFLICT with the value that is taken; any other error as it is. The value
 * of a PATCH is known only to whoever folded it onto the locked row, so this is not left to the command's constraints.
 */
export function explainTaken(error: unknown, change: UserChange): unknown {
  const attribute = ATTRIBUTES[databaseFailure(error)?.constraint ?? ''];
  return attribute === undefined ? error : taken(attribute, change[attribute]);
}
