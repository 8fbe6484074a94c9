import { sql } from 'kysely';
import { z } from 'zod';
import { notFound } from '../kernel/errors.js';
import { isId } from '../kernel/ids.js';
import { command } from '../kernel/operation.js';
import { type StartedRequest, startRequest } from './sign-in/requests.js';
import {
  CONNECTION_COLUMNS,
  type ConnectionRow,
  type UsableConnection,
  usable,
} from './sign-in/usable-connection.js';

/** A sign-in that can be sent to the provider. */
export interface StartedSignIn {
  connection: UsableConnection;
  request: StartedRequest;
}

/**
 * Starts a sign-in by a connection, for one browser; afterwards it leads to `returnPath`. A test (`startSsoTest`) signs
 * nobody in. NOT_FOUND for a connection that is not active.
 */
export const startSso = command({
  permission: 'access:request',
  input: z.object({
    connectionId: z.string(),
    browser: z.string(),
    returnPath: z.string(),
    isTest: z.boolean().default(false),
  }),
  audit: () => undefined,
  async run(tx, { connectionId, ...request }): Promise<StartedSignIn> {
    if (!isId(connectionId)) throw notFound('SSO connection', connectionId);
    const [[row], started] = await Promise.all([
      tx.rows(
        sql<ConnectionRow>`
          select ${CONNECTION_COLUMNS} from sso_connections
          where organization_id = ${tx.context.organizationId} and id = ${connectionId} and status = 'active'
            and kind in ('saml', 'oidc')
        `,
        { prepared: true },
      ),
      startRequest(tx, { connectionId, ...request }),
    ]);
    if (!row || !started) throw notFound('SSO connection', connectionId);
    return { connection: usable(tx, row), request: started };
  },
});
