import type { FastifyInstance } from 'fastify';
import { buildApp } from '../../src/app.js';
import type { Database } from '../../src/kernel/database.js';
import { createLogger } from '../../src/kernel/logger.js';
import type { TransactionOptions } from '../../src/kernel/transaction.js';
import { createOrigin } from '../../src/origin.js';
import type { TestProduct } from '../support/product.js';
import { ownedTables } from './digest.js';

/** Which nets hold while a test attacks (architecture.md): the application's conditions, row-level security, or both. */
export const NETS = [
  'both nets',
  'the conditions of the application alone',
  'row-level security alone',
] as const;
export type Nets = (typeof NETS)[number];

/** Takes net 3 away: row-level security off on every table of this test's own database. */
export async function dropRowLevelSecurity(product: TestProduct): Promise<void> {
  for (const { name } of await ownedTables(product)) {
    await product.sql(`alter table ${name} disable row level security`);
  }
}

/**
 * Takes nets 1 and 2 away: a product that believes every caller at their word. Whoever calls it is, for every WHERE,
 * every inserted row and the ORM's filter, of their own organization; only PostgreSQL is told that it is another one.
 */
export function openConditions(product: TestProduct, organizationId: string): Promise<FastifyInstance> {
  return buildApp({
    database: telling(product.database, organizationId),
    origin: createOrigin(undefined, 'http://127.0.0.1:4000'),
    logger: createLogger('silent'),
    production: false,
    doors: true,
  });
}

function telling(database: Database, organizationId: string): Database {
  const told = <Options extends TransactionOptions>(options: Options): Options => {
    const isInside = 'app.organization_id' in options.settings;
    if (!isInside) return options;
    return { ...options, settings: { ...options.settings, 'app.organization_id': organizationId } };
  };
  const transaction: Database['transaction'] = (options, filters, work) =>
    database.transaction(told(options), filters, work);
  const reading: Database['reading'] = (options, filters) => database.reading(told(options), filters);
  const overridden = { transaction: { value: transaction }, reading: { value: reading } };
  return Object.create(database, overridden) as Database;
}
