import { sql } from 'kysely';
import { z } from 'zod';
import { DomainError, notFound } from '../kernel/errors.js';
import { isId } from '../kernel/ids.js';
import { query } from '../kernel/operation.js';
import { IDLE_HOURS } from './sign-in/sessions.js';
import { callerOf, requireOwnOr } from './sign-in/whose-session.js';

/** More open sessions than anybody has browsers. */
const MAX_LISTED = 100;

/** An open session of somebody. */
export interface SessionRecord {
  id: string;
  userId: string;
  connectionId: string | null;
  method: 'saml' | 'oidc' | 'password';
  createdAt: Date;
  lastSeenAt: Date;
  expiresAt: Date;
  address: string | null;
  agent: string | null;
  /** Whether it is the caller's own, at this moment. */
  current: boolean;
}

/**
 * The open sessions of a person, newest first: one's own, or anybody's for whoever may read people. NOT_FOUND for nobody,
 * FORBIDDEN for somebody else's.
 */
export const sessions = query({
  permission: 'organization:read',
  input: z.object({ userId: z.string().nullish() }),
  async run(tx, { userId: asked }): Promise<SessionRecord[]> {
    const { organizationId, actor } = tx.context;
    const userId = asked ?? callerOf(tx);
    if (userId === undefined || !isId(userId)) throw notFound('user', asked ?? '');
    requireOwnOr(tx, userId, 'user:read');
    const [person] = await tx.rows(sql`
      select id from users where organization_id = ${organizationId} and id = ${userId}
    `);
    if (!person) throw notFound('user', userId);
    const rows = await tx.rows(sql<
      Omit<SessionRecord, 'createdAt' | 'lastSeenAt' | 'expiresAt' | 'current'> &
        Record<'created_at' | 'last_seen_at' | 'expires_at', string>
    >`
      select id, user_id as "userId", connection_id as "connectionId", method, created_at, last_seen_at, expires_at,
        address, agent
      from sessions
      where organization_id = ${organizationId} and user_id = ${userId} and ended_at is null and expires_at > now()
        and last_seen_at > now() - make_interval(hours => ${IDLE_HOURS})
      order by id desc limit ${MAX_LISTED}
    `);
    return rows.map(({ created_at, last_seen_at, expires_at, ...row }) => ({
      ...row,
      createdAt: new Date(created_at),
      lastSeenAt: new Date(last_seen_at),
      expiresAt: new Date(expires_at),
      current: row.id === actor.id,
    }));
  },
});

/** Whoever is signed in, as their own page shows them. */
export interface SignedInPerson {
  name: string;
  organization: string;
}

/** The person behind a session. UNAUTHENTICATED for a caller that is none. */
export const signedInPerson = query({
  permission: 'organization:read',
  input: z.object({}),
  async run(tx): Promise<SignedInPerson> {
    const { organizationId } = tx.context;
    const [row] = await tx.rows(sql<SignedInPerson>`
      select coalesce(nullif(concat_ws(' ', u.given_name, u.family_name), ''), u.email, u.user_name) as name,
        o.name as organization
      from users u join organizations o on o.id = u.organization_id
      where u.organization_id = ${organizationId} and u.id = ${callerOf(tx) ?? null}::uuid
    `);
    if (!row) throw new DomainError('UNAUTHENTICATED', 'Nobody is signed in.');
    return row;
  },
});
