import { newId } from '../kernel/ids.js';
import type { Work } from '../kernel/operation.js';
import { formatToken, newSecret } from '../kernel/secrets.js';
import { ApiToken } from './api-token.entity.js';

/** What an API token starts with. */
export const API_TOKEN_PREFIX = 'rca';

/** A new API token. */
export interface IssuedApiToken {
  id: string;
  /** Shown this once; only its hash is kept. */
  token: string;
}

/** Adds an API token to the organization of a transaction; who may have which one has been decided. */
export function newApiToken(
  tx: Work,
  token: Pick<ApiToken, 'role' | 'userId' | 'label' | 'scopes' | 'expiresAt'>,
): IssuedApiToken {
  const { actor, organizationId } = tx.context;
  const secret = newSecret();
  const id = newId();
  tx.em.create(ApiToken, {
    organizationId,
    id,
    ...token,
    lookupId: secret.lookupId,
    secretHash: secret.hash,
    lastFour: secret.lastFour,
    createdBy: actor.id,
  });
  return { id, token: formatToken(API_TOKEN_PREFIX, secret) };
}
