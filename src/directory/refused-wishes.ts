import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { fold } from '../kernel/fold.js';
import type { Work } from '../kernel/operation.js';
import type { UserRecord } from './shapes.js';

/** What belongs to one person at a time, and the column that says so. */
export const IDENTITY_KEYS = {
  userName: 'user_name_key',
  email: 'email_key',
  externalId: 'external_id',
} as const;

/** An attribute that belongs to one person at a time (B16). */
export type IdentityAttribute = keyof typeof IDENTITY_KEYS;

/** As long as Entra goes on trying what failed before it does so once a day. */
const REMEMBERED_HOURS = 24;

/** Somebody was to have what `holder` had. */
export interface Wish {
  attribute: IdentityAttribute;
  value: string;
  holder: UserRecord;
}

/** What two values have in common when the database takes them for one. */
export const keyOf = (attribute: IdentityAttribute, value: string): string =>
  attribute === 'externalId' ? value : fold(value);

const fingerprintOf = (attribute: IdentityAttribute, value: string): Buffer =>
  createHash('sha256')
    .update(JSON.stringify([attribute, keyOf(attribute, value)]))
    .digest();

/** Remembers what a person could not have, until they change or a day is over; forgets what is older. */
export async function noteWishes(tx: Work, user: UserRecord, wishes: readonly Wish[]): Promise<void> {
  if (wishes.length === 0) return;
  const { organizationId } = tx.context;
  await tx.rows(sql`
    delete from refused_wishes
    where organization_id = ${organizationId} and at < now() - make_interval(hours => ${REMEMBERED_HOURS})
  `);
  const rows = wishes.map(
    ({ attribute, value, holder }) =>
      sql`(${organizationId}::uuid, ${user.id}::uuid, ${attribute}, ${holder.id}::uuid, ${fingerprintOf(attribute, value)}::bytea, ${user.version}::int)`,
  );
  await tx.rows(sql`
    insert into refused_wishes (organization_id, user_id, attribute, held_by, fingerprint, version)
    values ${sql.join(rows)}
    on conflict (organization_id, user_id, attribute) do update set
      held_by = excluded.held_by, fingerprint = excluded.fingerprint, version = excluded.version, at = now()
  `);
}

/** Who had what this person was to have, unless the person has changed since; whether they still have it says `isWhatWasWished`. */
export async function holderWished(
  tx: Work,
  user: UserRecord,
  attribute: IdentityAttribute,
): Promise<{ heldBy: string; fingerprint: Buffer } | undefined> {
  const [wish] = await tx.rows(sql<{ held_by: string; fingerprint: Buffer }>`
    select held_by, fingerprint from refused_wishes
    where organization_id = ${tx.context.organizationId} and user_id = ${user.id} and attribute = ${attribute}
      and version = ${user.version} and at >= now() - make_interval(hours => ${REMEMBERED_HOURS})
  `);
  return wish && { heldBy: wish.held_by, fingerprint: wish.fingerprint };
}

/** Whether a value is the one that was wished for. */
export const isWhatWasWished = (
  { fingerprint }: { fingerprint: Buffer },
  attribute: IdentityAttribute,
  value: string | null,
): boolean => value !== null && fingerprintOf(attribute, value).equals(fingerprint);

/** The wishes of these people are fulfilled. */
export async function forgetWishes(tx: Work, ids: readonly string[]): Promise<void> {
  await tx.rows(sql`
    delete from refused_wishes
    where organization_id = ${tx.context.organizationId} and user_id = any(${ids}::uuid[])
  `);
}
