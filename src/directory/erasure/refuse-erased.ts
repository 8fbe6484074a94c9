import { DomainError } from '../../kernel/errors.js';
import type { UserRecord } from '../shapes.js';

/** B38: an erased person is an id with a history; nothing makes somebody of it again. B19: `active: true` is 400. */
export function refuseErased(user: UserRecord): void {
  if (user.erasedAt === null) return;
  throw new DomainError(
    'INVALID_INPUT',
    `The personal data of the person with id '${user.id}' was erased, so they cannot be changed or reactivated. Create a new person instead.`,
    { field: 'id' },
  );
}
