import { sql } from 'kysely';
import { z } from 'zod';
import { command } from '../kernel/operation.js';
import { replayed, useAssertion } from './sign-in/requests.js';

const text = z.string().max(1_024);

/**
 * Ends the sessions that a provider says are over: those of a subject, of the provider's sessions when it names any (and
 * of that subject's those that came without the name of one). The
 * door has verified the message; each is taken once (SignInRefusal `replayed`). How many ended.
 */
export const endProviderSessions = command({
  permission: 'access:request',
  input: z.object({
    connectionId: z.uuid(),
    /** Absent when the provider names only its session (OpenID Connect Back-Channel Logout 1.0 section 2.4). */
    subject: text.optional(),
    providerSessions: z.array(text).max(100),
    message: z.object({ id: text, expiresAt: z.date() }),
  }),
  audit: ({ connectionId }, count: number) =>
    count === 0
      ? undefined
      : { action: 'sessions.endedByProvider', target: connectionId, details: { count } },
  async run(tx, { connectionId, subject, providerSessions, message }) {
    const { organizationId } = tx.context;
    if (!(await useAssertion(tx, connectionId, message))) throw replayed(message.id);
    const ofSubject =
      subject === undefined
        ? sql``
        : sql`and user_id = (select user_id from identities
            where organization_id = ${organizationId} and connection_id = ${connectionId} and subject = ${subject})`;
    const ofSessions =
      providerSessions.length === 0
        ? sql``
        : sql`and (provider_session = any(${providerSessions}::text[])
            or ${subject !== undefined}::boolean and provider_session is null)`;
    if (subject === undefined && providerSessions.length === 0) return 0;
    const ended = await tx.rows(sql`
      update sessions set ended_at = now(), ended_because = 'signed out at the provider'
      where organization_id = ${organizationId} and connection_id = ${connectionId} and ended_at is null
        ${ofSubject} ${ofSessions}
      returning id
    `);
    return ended.length;
  },
});
