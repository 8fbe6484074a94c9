import type { Context } from '../kernel/context.js';
import type { Database } from '../kernel/database.js';
import { newId } from '../kernel/ids.js';
import { PERMISSIONS } from '../kernel/permissions.js';

/** Whoever can run commands next to the database acts as the owner of any organization, and is named so in the audit. */
export const operatorContext = (database: Database, organizationId: string): Context => ({
  database,
  organizationId,
  actor: { kind: 'operator', id: 'command line', role: 'owner' },
  permissions: new Set(PERMISSIONS),
  requestId: newId(),
});
