import { AsyncLocalStorage } from 'node:async_hooks';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { RawBuilder } from 'kysely';
import type { Context } from './context.js';
import { type Database, SYSTEM_SHARE, translateOutage } from './database.js';

/** An open transaction: inside one organization, or in the named system scope. */
export interface Transaction {
  readonly em: EntityManager;
  /** Runs one statement and returns its rows. */
  rows<T>(statement: RawBuilder<T>): Promise<T[]>;
}

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

const scope = new AsyncLocalStorage<string>();

async function open<T>(
  database: Database,
  share: string,
  variables: Record<string, string>,
  filter: { organizationId: string } | undefined,
  readOnly: boolean,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  if (scope.getStore() !== undefined) {
    throw new Error('A transaction is already open: a command never calls a command.');
  }
  return database.gate.run(share, async () => {
    const em = database.fork();
    em.setSessionContext({ variables: { ...variables, ...BY_INDEX } });
    if (filter) em.setFilterParams(ORGANIZATION_FILTER, filter);
    let committing = false;
    try {
      return await em.transactional(
        (inner) =>
          scope.run(variables.role ?? '', async () => {
            const result = await work({
              em: inner,
              rows: async <R>(statement: RawBuilder<R>) => (await statement.execute(inner.getKysely())).rows,
            });
            committing = !readOnly;
            return result;
          }),
        { readOnly },
      );
    } catch (error) {
      throw translateOutage(error, committing);
    }
  });
}

/**
 * The only entrance to an organization's rows (nets 1 and 3 of architecture.md). Opens a transaction as the restricted
 * role with the organization set for that transaction alone, so that a pooled connection cannot carry it to the next
 * user. Throws UNAVAILABLE when PostgreSQL is away.
 */
export function runInOrganization<T>(
  context: Pick<Context, 'database' | 'organizationId'> & Partial<Pick<Context, 'actor' | 'requestId'>>,
  work: (tx: Transaction) => Promise<T>,
  options: { readOnly?: boolean } = {},
): Promise<T> {
  const variables = {
    'app.organization_id': context.organizationId,
    // For what the database itself writes of a change: `user_attribute_sources`.
    ...(!options.readOnly && {
      'app.actor_kind': context.actor?.kind ?? '',
      'app.actor_id': context.actor?.id ?? '',
      'app.request_id': context.requestId ?? '',
    }),
    role: ORGANIZATION_ROLE,
  };
  const filter = { organizationId: context.organizationId };
  return open(context.database, context.organizationId, variables, filter, options.readOnly ?? false, work);
}

/**
 * The one scope that crosses organizations: authenticate, outbox relay, sweeper, creating an organization, metrics.
 * `test/isolation` lists the callers; PostgreSQL lists the tables this role may touch. `share` is who waits for the pool
 * with whom: authentication passes what the credential names, so that one client's burst delays only itself.
 */
export function runInSystem<T>(
  database: Database,
  work: (tx: Transaction) => Promise<T>,
  share = SYSTEM_SHARE,
): Promise<T> {
  return open(database, share, { role: SYSTEM_ROLE }, undefined, false, work);
}
