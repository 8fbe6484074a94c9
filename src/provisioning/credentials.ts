import { newId } from '../kernel/ids.js';
import type { Work } from '../kernel/operation.js';
import { formatToken, newSecret } from '../kernel/secrets.js';
import { ScimCredential } from './scim-credential.entity.js';

/** What a SCIM bearer token starts with. */
export const BEARER_PREFIX = 'rcs';
/** What the client id of HTTP Basic starts with. */
export const CLIENT_PREFIX = 'rcc';

/** The parts of a new credential that are shown once (B3). */
export interface IssuedCredential {
  id: string;
  connectionId: string;
  kind: 'bearer' | 'basic';
  token: string | null;
  clientId: string | null;
  clientSecret: string | null;
}

/** Stores a new credential inside the caller's command and returns what the administrator copies into the provider. */
export function addCredential(
  tx: Work,
  connectionId: string,
  kind: 'bearer' | 'basic',
  label: string,
  replaces: string | null = null,
): IssuedCredential {
  const secret = newSecret();
  const id = newId();
  tx.em.create(ScimCredential, {
    organizationId: tx.context.organizationId,
    id,
    connectionId,
    kind,
    lookupId: secret.lookupId,
    secretHash: secret.hash,
    lastFour: secret.lastFour,
    label,
    replaces,
    createdBy: tx.context.actor.id,
  });
  return kind === 'bearer'
    ? {
        id,
        connectionId,
        kind,
        token: formatToken(BEARER_PREFIX, secret),
        clientId: null,
        clientSecret: null,
      }
    : {
        id,
        connectionId,
        kind,
        token: null,
        clientId: `${CLIENT_PREFIX}_${secret.lookupId}`,
        clientSecret: secret.secret,
      };
}
