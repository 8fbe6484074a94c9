import { sql } from 'kysely';
import { newId } from '../../kernel/ids.js';
import type { Work } from '../../kernel/operation.js';
import { formatToken, hashSecret, newSecret, parseToken } from '../../kernel/secrets.js';
import { seal } from '../sealed.js';
import type { Device, Method } from './attempts.js';
import { type LogoutTicket, logoutTicketPlace } from './logout-ticket.js';

/** What the value of a session cookie starts with. */
export const SESSION_PREFIX = 'rcs';
/** A working day; whoever is still there afterwards signs in again. */
const ABSOLUTE_HOURS = 12;
/** Long enough for a meeting; an unattended screen is nobody's for longer. */
export const IDLE_HOURS = 2;

/** A new session and the only copy of its secret. */
export interface OpenedSession {
  id: string;
  token: string;
}

/**
 * Opens a session, with the commit, for somebody who has just proved who they are, with a secret of its own; the one this
 * browser had ends (rotation: no cookie from before a sign-in is worth anything after it). The caller has locked the
 * person and seen that they are active.
 */
export function openSession(
  tx: Work,
  session: {
    userId: string;
    connectionId: string | null;
    method: Method;
    device: Device;
    replaces?: string | undefined;
    providerSession?: string | undefined;
    ticket?: LogoutTicket | undefined;
  },
): OpenedSession {
  const { organizationId, database } = tx.context;
  const old = parseToken(SESSION_PREFIX, session.replaces ?? '');
  if (old) {
    tx.closing(sql`
      update sessions set ended_at = now(), ended_because = 'signed in again'
      where organization_id = ${organizationId} and lookup_id = ${old.lookupId} and ended_at is null
        and secret_hash = ${hashSecret(old.secret)}
    `);
  }
  const id = newId();
  const secret = newSecret();
  const { ticket, providerSession = null } = session;
  const sealed = ticket && seal(database, logoutTicketPlace(organizationId, id), JSON.stringify(ticket));
  tx.closing(sql`
    insert into sessions (organization_id, id, user_id, connection_id, method, role, lookup_id, secret_hash, address, agent,
      provider_session, sealed_logout, expires_at)
    select organization_id, ${id}, id, ${session.connectionId}::uuid, ${session.method}, role, ${secret.lookupId},
      ${secret.hash}, ${session.device.address}, ${session.device.agent}, ${providerSession},
      ${sealed ?? null}::bytea, now() + make_interval(hours => ${ABSOLUTE_HOURS})
    from users where organization_id = ${organizationId} and id = ${session.userId} and active
  `);
  return { id, token: formatToken(SESSION_PREFIX, secret) };
}
