import { DomainError } from '../kernel/errors.js';

/** The link opens nothing (any more). The words are the same whatever the reason is: a guess learns nothing (abuse 23). */
export const linkIsOver = (): DomainError =>
  new DomainError(
    'NOT_FOUND',
    'This link has been used, has expired or was replaced by another one. Ask whoever invited you to send the invitation again.',
    { field: 'token' },
  );
