import { DomainError } from '../kernel/errors.js';
import { parseToken } from '../kernel/secrets.js';

/** The parts of the token of that kind in an `Authorization` header; undefined for anything else. */
export function bearerOf(prefix: string, authorization: string | undefined): ReturnType<typeof parseToken> {
  const [, credential = ''] = /^bearer +(\S+) *$/i.exec(authorization ?? '') ?? [];
  return parseToken(prefix, credential);
}

/** The one refusal of every token, whatever is wrong with it and whatever it was for (abuse 18). */
export const refusedToken = (): DomainError =>
  new DomainError(
    'UNAUTHENTICATED',
    'This request carries no valid API token. Send `Authorization: Bearer <token>` with a token of this organization.',
  );
