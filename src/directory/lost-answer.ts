import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Work } from '../kernel/operation.js';
import { settled } from './addresses.js';
import type { UserAttributes } from './shapes.js';

/**
 * How long the repeat of a POST is recognised (B16). Entra repeats a failed creation in its next cycle and then after 6,
 * 12 and 24 hours; somebody who looks later has looked the person up.
 */
const REMEMBERED_HOURS = 24;

/** What two creations have in common when they ask for the same: a hash, so that nothing personal is kept twice. */
const fingerprintOf = (attributes: UserAttributes): Buffer =>
  createHash('sha256')
    .update(
      JSON.stringify(
        Object.entries({ ...attributes, ...settled(attributes) }).sort(([a], [b]) => (a < b ? -1 : 1)),
      ),
    )
    .digest();

/**
 * Remembers that nobody heard the answer to a creation (B16), inside the caller's transaction; forgets what is older
 * than the limit, so that the table holds the cut connections of one day.
 */
export async function rememberLostAnswer(
  tx: Work,
  connectionId: string,
  userId: string,
  attributes: UserAttributes,
): Promise<void> {
  const { organizationId } = tx.context;
  await tx.rows(sql`
    delete from unconfirmed_answers where organization_id = ${organizationId} and connection_id = ${connectionId}
      and at < now() - make_interval(hours => ${REMEMBERED_HOURS})
  `);
  await tx.rows(sql`
    insert into unconfirmed_answers (organization_id, connection_id, user_id, fingerprint)
    select ${organizationId}, ${connectionId}, id, ${fingerprintOf(attributes)} from users
    where organization_id = ${organizationId} and id = ${userId} and connection_id = ${connectionId}
    on conflict (organization_id, user_id) do update set
      connection_id = excluded.connection_id, fingerprint = excluded.fingerprint, at = now()
  `);
}

/**
 * Whether this creation repeats one whose answer was lost: the same person, connection and attributes. It is recognised
 * once, since its own answer now reaches the client or is remembered anew.
 */
export async function isRepeatOfLostAnswer(
  tx: Work,
  connectionId: string,
  userId: string,
  attributes: UserAttributes,
): Promise<boolean> {
  const found = await tx.rows(sql<{ user_id: string }>`
    delete from unconfirmed_answers
    where organization_id = ${tx.context.organizationId} and user_id = ${userId}
      and connection_id = ${connectionId} and fingerprint = ${fingerprintOf(attributes)}
      and at >= now() - make_interval(hours => ${REMEMBERED_HOURS})
    returning user_id
  `);
  return found.length > 0;
}

/** Whoever was adopted anew starts anew: an older lost answer says nothing about this creation. */
export async function forgetLostAnswer(tx: Work, userId: string): Promise<void> {
  await tx.rows(sql`
    delete from unconfirmed_answers where organization_id = ${tx.context.organizationId} and user_id = ${userId}
  `);
}
