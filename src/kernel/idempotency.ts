import { sql } from 'kysely';
import type { Context } from './context.js';
import type { Database } from './database.js';
import { DomainError } from './errors.js';
import { runInSystem, type Transaction } from './tenancy.js';

/** How long a result is kept. A client that repeats later than this is not repeating. */
const KEPT = sql`interval '24 hours'`;

/** Rows forgotten in one statement: short enough that nobody waits for it. */
const FORGET_BATCH = 5_000;

/**
 * An Idempotency-Key as the door read it: the change it stands for happens once, and whoever repeats the request gets
 * the result of the first time. It is good for one command; `claimed` and `replayed` say what became of it.
 */
export interface IdempotencyKey {
  readonly key: string;
  /** Of everything that makes the request what it is. */
  readonly requestHash: Buffer;
  /** Encrypts for this caller and this key alone: results hold secrets that are shown once and kept nowhere. */
  seal(result: Buffer): Buffer;
  open(sealed: Buffer): Buffer;
  claimed: boolean;
  replayed: boolean;
}

/** The key a command answers for, taken so that no other command of the request answers for it as well. */
export function claimKey({ idempotencyKey }: Context): IdempotencyKey | undefined {
  if (!idempotencyKey) return undefined;
  if (idempotencyKey.claimed) throw new Error('Two commands of one request share an Idempotency-Key.');
  idempotencyKey.claimed = true;
  return idempotencyKey;
}

/**
 * The result of the first time, if there was one. Holds the key until the transaction ends, so that the same request
 * twice at once is one change: CONFLICT for the second. INVALID_INPUT when the key was used for another request.
 */
export async function recallResult(
  tx: Transaction,
  { organizationId, actor }: Context,
  once: IdempotencyKey,
): Promise<{ result: unknown } | undefined> {
  const holder = `${organizationId} ${actorOf(actor)} ${once.key}`;
  const [lock] = await tx.rows(sql<{ mine: boolean }>`
    select pg_try_advisory_xact_lock(hashtextextended(${holder}, 0)) as mine
  `);
  if (!lock?.mine) throw inFlight();
  const [row] = await tx.rows(sql<{ request_hash: Buffer; result: Buffer }>`
    select request_hash, result from idempotency_keys
    where organization_id = ${organizationId} and actor = ${actorOf(actor)} and key = ${once.key}
      and created_at > now() - ${KEPT}
  `);
  if (!row) return undefined;
  if (!once.requestHash.equals(row.request_hash)) throw otherRequest();
  once.replayed = true;
  return { result: revive(JSON.parse(once.open(row.result).toString('utf8'))) };
}

/** Keeps a result in the transaction of its change: it is there exactly when the change is. */
export async function rememberResult(
  tx: Transaction,
  { organizationId, actor }: Context,
  once: IdempotencyKey,
  result: unknown,
): Promise<void> {
  const sealed = once.seal(Buffer.from(JSON.stringify(keepable(result ?? null))));
  await tx.rows(sql`
    insert into idempotency_keys (organization_id, actor, key, request_hash, result)
    values (${organizationId}, ${actorOf(actor)}, ${once.key}, ${once.requestHash}, ${sealed})
    on conflict (organization_id, actor, key) do update
      set request_hash = excluded.request_hash, result = excluded.result, created_at = now()
  `);
}

/** Deletes what is older than a day, of every organization; how many. Several processes may call it at any time. */
export async function forgetResults(database: Database): Promise<number> {
  let forgotten = 0;
  for (let batch = FORGET_BATCH; batch === FORGET_BATCH; forgotten += batch) {
    const rows = await runInSystem(database, (tx) =>
      tx.rows(sql`
        delete from idempotency_keys where (organization_id, actor, key) in (
          select organization_id, actor, key from idempotency_keys
          where created_at <= now() - ${KEPT} order by created_at limit ${FORGET_BATCH})
        returning key
      `),
    );
    batch = rows.length;
  }
  return forgotten;
}

/** A result as JSON that keeps the times in it. What is undefined is left out. */
type Kept =
  | null
  | string
  | number
  | boolean
  | { at: number }
  | { list: Kept[] }
  | { object: Record<string, Kept> };

function keepable(value: unknown): Kept {
  if (value === null) return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (value instanceof Date) return { at: value.getTime() };
  if (Array.isArray(value)) return { list: value.map(keepable) };
  if (typeof value !== 'object') throw new Error(`A result cannot hold a ${typeof value} and be repeated.`);
  const present = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return { object: Object.fromEntries(present.map(([name, inner]) => [name, keepable(inner)])) };
}

function revive(kept: Kept): unknown {
  if (typeof kept !== 'object' || kept === null) return kept;
  if ('at' in kept) return new Date(kept.at);
  if ('list' in kept) return kept.list.map(revive);
  return Object.fromEntries(Object.entries(kept.object).map(([name, inner]) => [name, revive(inner)]));
}

const actorOf = ({ kind, id }: Context['actor']): string => `${kind} ${id}`;

/** What the constraints of the table mean to the caller: an operator used the key for another organization. */
export const KEY_CONSTRAINTS: Readonly<Record<string, () => DomainError>> = {
  idempotency_keys_of_operators: () => otherRequest(),
};

const inFlight = (): DomainError =>
  new DomainError(
    'CONFLICT',
    'A request with this Idempotency-Key is being answered at this moment. Send it again in a second to get the same answer.',
    { field: 'Idempotency-Key', retryAfter: 1 },
  );

const otherRequest = (): DomainError =>
  new DomainError(
    'INVALID_INPUT',
    'This Idempotency-Key was used for another request in the last 24 hours. Use a new key for a new request, and the same document and variables to repeat one.',
    { field: 'Idempotency-Key' },
  );
