import type { Context } from '../src/kernel/context.js';
import type { Database } from '../src/kernel/database.js';
import type { QueueName } from '../src/kernel/jobs.js';
import { WORKER_PERMISSIONS } from '../src/kernel/permissions.js';

/** A worker enters one organization at a time, as named by the row or job it works on, and may only apply. */
export const workerContext = (
  database: Database,
  worker: QueueName | 'sweeper',
  job: { organizationId: string; requestId: string },
): Context => ({
  database,
  organizationId: job.organizationId,
  actor: { kind: 'worker', id: worker },
  permissions: new Set(WORKER_PERMISSIONS),
  requestId: job.requestId,
});
