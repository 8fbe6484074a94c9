import { z } from 'zod';
import { DomainError } from '../kernel/errors.js';
import { newId } from '../kernel/ids.js';
import { command } from '../kernel/operation.js';
import { mayGrant, ROLES } from '../kernel/permissions.js';
import { formatToken, newSecret } from '../kernel/secrets.js';
import { ApiToken } from './api-token.entity.js';

/** What an API token starts with. */
export const API_TOKEN_PREFIX = 'rca';

export interface IssuedApiToken {
  id: string;
  /** Shown this once; only its hash is kept. */
  token: string;
}

/** Issues a token for the GraphQL API with the permissions of a role. FORBIDDEN for a role above the caller's (B33). */
export const issueApiToken = command({
  permission: 'token:write',
  input: z.object({ role: z.enum(ROLES) }),
  audit: ({ role }, issued: IssuedApiToken) => ({
    action: 'apiToken.issued',
    target: issued.id,
    details: { role },
  }),
  async run(tx, { role }) {
    const { actor, organizationId } = tx.context;
    if (!('role' in actor) || !mayGrant(actor.role, role)) {
      throw new DomainError(
        'FORBIDDEN',
        `A token with the role '${role}' can only be issued by that role or a higher one.`,
        {
          field: 'role',
        },
      );
    }
    const secret = newSecret();
    const id = newId();
    tx.em.create(ApiToken, {
      organizationId,
      id,
      role,
      lookupId: secret.lookupId,
      secretHash: secret.hash,
      lastFour: secret.lastFour,
      createdBy: actor.id,
    });
    return { id, token: formatToken(API_TOKEN_PREFIX, secret) };
  },
});
