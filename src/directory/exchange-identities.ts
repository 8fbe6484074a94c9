import { sql } from 'kysely';
import { serializationFailure } from '../kernel/database.js';
import { isId } from '../kernel/ids.js';
import { command, type Work } from '../kernel/operation.js';
import { requireActiveConnection } from './active-connection.js';
import {
  changeLocked,
  difference,
  intendedChange,
  type UpdatedUser,
  UpdateProvisionedUserInput,
  write,
} from './change-provisioned-user.js';
import { heldByOthers } from './identity-holders.js';
import { requireVersion } from './provisioned-user.js';
import {
  forgetWishes,
  holderWished,
  IDENTITY_KEYS,
  type IdentityAttribute,
  isWhatWasWished,
  noteWishes,
  type Wish,
} from './refused-wishes.js';
import type { UserChange, UserRecord } from './shapes.js';
import { toUserRecord, USER_COLUMNS, type UserRow } from './user-rows.js';

/** More people than this do not pass their addresses on in a circle. */
const MAX_CIRCLE = 10;

/** What each of the others receives of what the next one had. */
type Gifts = ReadonlyMap<string, UserChange>;

/** A change and the people whom it may move, locked in the order of their ids with whoever is changed. */
interface Exchange {
  current: UserRecord;
  others: ReadonlyMap<string, UserRecord>;
}

/**
 * The second try of a change that would take what somebody else has. When everybody in the way was to have what the next
 * one of them has, and the last what this person has, all of them exchange it in this transaction. Otherwise the wish is
 * noted for whoever's turn comes next, and the result is undefined, as it is for anyone the connection does not manage.
 */
export const exchangeIdentities = command({
  permission: 'provisioning:write',
  input: UpdateProvisionedUserInput,
  audit: (_input, done: (UpdatedUser & { exchangedWith: string[] }) | undefined) =>
    done && done.changed.length > 0
      ? {
          action: 'user.updated',
          target: done.user.id,
          details: { changed: done.changed, exchangedWith: done.exchangedWith },
        }
      : undefined,
  async run(tx, input) {
    const profile = await requireActiveConnection(tx, input.connectionId);
    const [seen] = await people(tx, input.connectionId, [input.id], false);
    if (!seen) return undefined;
    const before = await plan(tx, input.connectionId, seen, intendedChange(profile, seen, input.change));
    const ids = [...before.involved].sort();
    const locked = new Map((await people(tx, input.connectionId, ids, true)).map((one) => [one.id, one]));
    const current = locked.get(input.id);
    if (!current || locked.size < ids.length) throw serializationFailure('Somebody left meanwhile.');
    requireVersion(current, input.expectedVersion);
    const change = intendedChange(profile, current, input.change);
    const { held, gifts, involved } = await plan(tx, input.connectionId, current, change);
    if ([...involved].some((id) => !locked.has(id))) throw serializationFailure('Others are in the way now.');
    if (!gifts) {
      await noteWishes(tx, current, held);
      return undefined;
    }
    return carryOut(tx, { current, others: locked }, change, gifts);
  },
});

/** Those of these people whom the connection manages, in the order of their ids. */
async function people(
  tx: Work,
  connectionId: string,
  ids: readonly string[],
  lock: boolean,
): Promise<UserRecord[]> {
  const rows = await tx.rows(sql<UserRow>`
    select ${USER_COLUMNS} from users u
    where u.organization_id = ${tx.context.organizationId} and u.id = any(${ids.filter(isId)}::uuid[])
      and u.connection_id = ${connectionId}
    order by u.id ${lock ? sql`for update` : sql``}
  `);
  return rows.map(toUserRecord);
}

/**
 * Who is in the way of a change, who is to be locked for it, and what the others get; `gifts` is undefined when a circle is
 * open. Whoever is in the way is locked even then, in order: the note names them, and two notes at once would deadlock.
 */
async function plan(tx: Work, connectionId: string, user: UserRecord, change: UserChange) {
  const all = await heldByOthers(tx, user, change);
  const held = all.filter(({ holder }) => holder.connectionId === connectionId);
  const involved = new Set([user.id, ...held.map(({ holder }) => holder.id)]);
  const gifts = new Map<string, UserChange>();
  let isClosed = held.length === all.length;
  for (const wish of held) {
    const circle = await circleOf(tx, connectionId, user, wish);
    if (!circle) isClosed = false;
    for (const [id, value] of circle ?? []) {
      involved.add(id);
      gifts.set(id, { ...gifts.get(id), [wish.attribute]: value });
    }
  }
  return { held, involved, gifts: isClosed ? (gifts as Gifts) : undefined };
}

/** What each person of the circle gets, as the one who has it spells it; undefined when the circle does not close. */
async function circleOf(
  tx: Work,
  connectionId: string,
  user: UserRecord,
  { attribute, holder }: Wish,
): Promise<Map<string, string> | undefined> {
  const gets = new Map<string, string>();
  for (let one = holder; gets.size < MAX_CIRCLE && !gets.has(one.id); ) {
    const wish = await holderWished(tx, one, attribute);
    if (!wish) return undefined;
    const next = wish.heldBy === user.id ? user : await managed(tx, connectionId, wish.heldBy);
    const value = next?.[attribute] ?? null;
    if (!next || value === null || !isWhatWasWished(wish, attribute, value)) return undefined;
    gets.set(one.id, value);
    if (next === user) return gets;
    one = next;
  }
  return undefined;
}

const managed = async (tx: Work, connectionId: string, id: string): Promise<UserRecord | undefined> =>
  (await people(tx, connectionId, [id], false))[0];

/** The others let go of what they have, the person takes it, and each of them takes what was meant for them. */
async function carryOut(tx: Work, { current, others }: Exchange, change: UserChange, gifts: Gifts) {
  for (const [id, gift] of gifts) await letGo(tx, id, Object.keys(gift) as IdentityAttribute[]);
  const done = await changeLocked(tx, current, change);
  for (const [id, gift] of gifts) {
    const other = others.get(id);
    if (other) await write(tx, other, difference(other, gift));
  }
  const exchangedWith = [...gifts.keys()];
  if (exchangedWith.length > 0) {
    await forgetWishes(tx, [current.id, ...exchangedWith]);
    tx.record(done.user.id, { exchangedWith: { before: null, after: exchangedWith } });
  }
  return { ...done, exchangedWith };
}

/** Only the keys: what people see stays as it is until they receive what was meant for them, in this transaction. */
async function letGo(tx: Work, id: string, attributes: readonly IdentityAttribute[]): Promise<void> {
  const sets = attributes.map((attribute) => {
    const key = sql.ref(IDENTITY_KEYS[attribute]);
    return attribute === 'externalId' ? sql`${key} = null` : sql`${key} = 'exchanging ' || id`;
  });
  await tx.rows(sql`
    update users set ${sql.join(sets)} where organization_id = ${tx.context.organizationId} and id = ${id}
  `);
}
