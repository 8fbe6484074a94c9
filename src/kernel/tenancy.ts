import { AsyncLocalStorage } from 'node:async_hooks';
import { sql } from 'kysely';
import type { Context } from './context.js';
import { type Database, SYSTEM_SHARE, translateOutage } from './database.js';
import type { Transaction, WireTransaction } from './transaction.js';

export type { Transaction };

/** The runtime role: row-level security is FORCED on every table and this role cannot bypass it. */
const ORGANIZATION_ROLE = 'rollcall_organization';
/** Sees only the tables that migrations open to it; used where the organization is not known yet. */
const SYSTEM_ROLE = 'rollcall_system';

/** Every ORM query of an owned entity is filtered by this unless the caller has no organization: then it throws. */
export const ORGANIZATION_FILTER = 'organization';

/** The filter of an owned entity (net 2 of architecture.md); pass it in `filters` of its definition. */
export const organizationFilter = {
  [ORGANIZATION_FILTER]: {
    name: ORGANIZATION_FILTER,
    cond: (args: { organizationId: string }) => ({ organizationId: args.organizationId }),
    default: true,
  },
};

/**
 * Every statement of the product is served by an index. A plan made while a table was small (a directory that grew by
 * ten thousand people since the last ANALYZE, a foreign-key check cached by the session) would scan it instead, once for
 * each row: five thousand members took seconds. `jit` would be set off by the cost PostgreSQL gives to what is disabled.
 */
const BY_INDEX = { enable_seqscan: 'off', jit: 'off' };

/** What the context of somebody who is in no organization names. No organization has this id. */
export const NO_ORGANIZATION = '00000000-0000-0000-0000-000000000000';

const scope = new AsyncLocalStorage<string>();

interface Entrance {
  /** Whose turn at the pool it is. */
  share: string;
  settings: Record<string, string>;
  /** What the ORM's filter lets through; nothing without it. */
  filters?: Record<string, { organizationId: string }>;
  check?: Context['check'];
  progress?: Context['progress'];
}

function requireNone(): void {
  if (scope.getStore() !== undefined) {
    throw new Error('A transaction is already open: a command never calls a command.');
  }
}

async function open<T>(
  database: Database,
  { share, settings, filters = {}, check, progress }: Entrance,
  work: (tx: WireTransaction) => Promise<T>,
): Promise<T> {
  requireNone();
  return database.gate.run(share, async () => {
    let tx: WireTransaction | undefined;
    try {
      return await database.transaction(
        { settings: { ...settings, ...BY_INDEX }, check },
        filters,
        async (inner) => {
          tx = inner;
          const result = await scope.run(share, () => work(inner));
          await inner.flush();
          await inner.commit();
          if (progress) progress.isStored = true;
          return result;
        },
      );
    } catch (error) {
      throw translateOutage(error, tx?.isCommitting ? 'committing' : 'changing');
    }
  });
}

async function openToRead<T>(
  database: Database,
  { share, settings, filters = {}, check, progress }: Entrance,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  requireNone();
  const tx = database.reading({ share, settings: { ...settings, ...BY_INDEX }, check }, filters);
  try {
    return await scope.run(share, () => work(tx));
  } catch (error) {
    throw translateOutage(error, progress?.isStored ? 'stored' : 'reading');
  }
}

/**
 * The only entrance to an organization's rows (nets 1 and 3 of architecture.md). Opens a transaction as the restricted
 * role with the organization set for that transaction alone, so that a pooled connection cannot carry it to the next
 * user. Throws UNAVAILABLE when PostgreSQL is away.
 */
export function runInOrganization<T>(
  context: Inside & Partial<Pick<Context, 'actor' | 'requestId'>>,
  work: (tx: WireTransaction) => Promise<T>,
): Promise<T> {
  // For what the database itself writes of a change: `user_attribute_sources`.
  const author = {
    'app.actor_kind': context.actor?.kind ?? '',
    'app.actor_id': context.actor?.id ?? '',
    'app.request_id': context.requestId ?? '',
  };
  return open(context.database, entranceOf(context, author), work);
}

/** The same entrance for what only reads: PostgreSQL refuses everything else. */
export function readInOrganization<T>(context: Inside, work: (tx: Transaction) => Promise<T>): Promise<T> {
  return openToRead(context.database, entranceOf(context, {}), work);
}

/**
 * Proves a credential from memory before something that is no transaction. Throws CredentialChanged when it is not what it
 * was; asks nothing when it is proven or was looked up for this request.
 */
export async function prove(context: Inside): Promise<void> {
  if (context.check?.isProven !== false) return;
  await readInOrganization(context, (tx) => tx.rows(sql`select`, { prepared: true }));
}

type Inside = Pick<Context, 'database' | 'organizationId'> & Partial<Pick<Context, 'check' | 'progress'>>;

const entranceOf = ({ organizationId, check, progress }: Inside, more: Record<string, string>): Entrance => ({
  share: organizationId,
  settings: { role: ORGANIZATION_ROLE, 'app.organization_id': organizationId, ...more },
  filters: { [ORGANIZATION_FILTER]: { organizationId } },
  ...(check && { check }),
  ...(progress && { progress }),
});

/**
 * The one scope that crosses organizations: authenticate, outbox relay, sweeper, creating an organization, metrics.
 * `test/isolation` lists the callers; PostgreSQL lists the tables this role may touch. `share` is who waits for the pool
 * with whom: authentication passes what the credential names, so that one client's burst delays only itself.
 */
export function runInSystem<T>(
  database: Database,
  work: (tx: Transaction) => Promise<T>,
  { share = SYSTEM_SHARE, readOnly = false }: { share?: string; readOnly?: boolean } = {},
): Promise<T> {
  const entrance = { share, settings: { role: SYSTEM_ROLE } };
  return readOnly ? openToRead(database, entrance, work) : open(database, entrance, work);
}
