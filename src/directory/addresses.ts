import { isDeepStrictEqual } from 'node:util';
import { sql } from 'kysely';
import { isEmailAddress } from '../kernel/email-address.js';
import { fold, isIndexable } from '../kernel/fold.js';
import type { Work } from '../kernel/operation.js';
import type { UserAttributes, UserProfile } from './shapes.js';

/** One of a person's addresses as SCIM shows it; `profile-input` has checked it. */
interface Address {
  readonly value?: string;
  readonly type?: string;
  readonly primary?: boolean;
}

type Addresses = Pick<UserAttributes, 'email' | 'profile'>;

const listOf = (profile: UserProfile): readonly Address[] | undefined =>
  profile.emails as readonly Address[] | undefined;

/** What the column says in the words of the list (`StandIn`). */
export const standInFor = (email: string): Address => ({ value: email, type: 'work', primary: true });

/** The address the product writes to: the primary among the work ones, else the primary, else the first (B8). */
function chosenOf(list: readonly Address[]): Address | undefined {
  const usable = list.filter(({ value }) => value !== undefined && isEmailAddress(value));
  const work = usable.filter(({ type }) => type?.toLowerCase() === 'work');
  const eligible = work.length > 0 ? work : usable;
  return eligible.find(({ primary }) => primary) ?? eligible[0];
}

/**
 * Makes the column and the list say the same: a list decides the address, and one that says no more than the column
 * would is not kept.
 */
export function settled({ email, profile }: Addresses): Addresses {
  const list = listOf(profile);
  if (!list) return { email, profile };
  const address = chosenOf(list)?.value ?? null;
  if (address === null || !isDeepStrictEqual(list, [standInFor(address)])) return { email: address, profile };
  const { emails: _said, ...rest } = profile;
  return { email: address, profile: rest };
}

/**
 * The addresses after a change. An address alone takes the place of the one it was in the list; a profile without a
 * list leaves the address alone unless that changes too.
 */
export function changedAddresses(current: Addresses, change: Partial<Addresses>): Addresses {
  const { email = current.email, profile = current.profile } = change;
  const list = listOf(current.profile);
  if (change.profile !== undefined || change.email === undefined || !list) return settled({ email, profile });
  if (change.email === current.email) return current;
  const { emails: _before, ...rest } = profile;
  if (email === null) return { email, profile: rest };
  const chosen = chosenOf(list);
  const replaced = list.map((one) => (one === chosen ? { ...one, value: email } : one));
  const added = [...list.map((one) => ({ ...one, primary: false })), standInFor(email)];
  return settled({ email, profile: { ...rest, emails: chosen ? replaced : added } });
}

/**
 * Writes the folded form of every address of a list, for the index; none where the column says it all. What is too
 * long for an index is left out, and a filter does not look for it there.
 */
export async function writeEmailKeys(tx: Work, userId: string, profile: UserProfile): Promise<void> {
  const { organizationId } = tx.context;
  const values = (listOf(profile) ?? []).flatMap(({ value }) => value ?? []);
  const keys = [...new Set(values.filter(isIndexable).map(fold))];
  await tx.rows(sql`
    delete from user_email_keys
    where organization_id = ${organizationId} and user_id = ${userId} and not (email_key = any(${keys}::text[]))
  `);
  if (keys.length === 0) return;
  await tx.rows(sql`
    insert into user_email_keys (organization_id, user_id, email_key)
    select ${organizationId}::uuid, ${userId}::uuid, unnest(${keys}::text[]) on conflict do nothing
  `);
}
