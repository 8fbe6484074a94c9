import { sql } from 'kysely';
import { z } from 'zod';
import { DomainError } from '../kernel/errors.js';
import { command } from '../kernel/operation.js';
import { unseal } from './sealed.js';
import { LogoutTicket, logoutTicketPlace } from './sign-in/logout-ticket.js';
import {
  CONNECTION_COLUMNS,
  type ConnectionRow,
  type UsableConnection,
  usable,
} from './sign-in/usable-connection.js';

/** The provider somebody came from, which can be told that they left; undefined for a password. */
export interface LeftProvider {
  connection: UsableConnection;
  ticket: LogoutTicket;
}

/** Ends one's own session; returns whom else to tell. UNAUTHENTICATED for a caller that is no session. */
export const signOut = command({
  permission: 'organization:read',
  input: z.object({}),
  audit: (_input, { sessionId }: { sessionId: string; left: LeftProvider | undefined }) => ({
    action: 'session.revoked',
    target: sessionId,
  }),
  async run(tx) {
    const { organizationId, actor, database } = tx.context;
    if (actor.kind !== 'session') throw new DomainError('UNAUTHENTICATED', 'Nobody is signed in.');
    const [ended] = await tx.rows(sql<{ connection_id: string | null; sealed_logout: Buffer | null }>`
      update sessions set ended_at = coalesce(ended_at, now()), ended_because = coalesce(ended_because, 'signed out')
      where organization_id = ${organizationId} and id = ${actor.id} returning connection_id, sealed_logout
    `);
    const sealed = ended?.sealed_logout;
    const [row] = sealed
      ? await tx.rows(sql<ConnectionRow>`
          select ${CONNECTION_COLUMNS} from sso_connections
          where organization_id = ${organizationId} and id = ${ended.connection_id} and status = 'active'
        `)
      : [];
    if (!row || !sealed) return { sessionId: actor.id, left: undefined };
    const text = unseal(database, logoutTicketPlace(organizationId, actor.id), sealed);
    const ticket = LogoutTicket.parse(JSON.parse(text));
    return { sessionId: actor.id, left: { connection: usable(tx, row), ticket } };
  },
});
