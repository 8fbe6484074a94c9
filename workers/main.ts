import { applyInvitation } from '../src/invitations/apply-invitation.js';
import type { Outside } from '../src/kernel/context.js';
import type { Database } from '../src/kernel/database.js';
import type { Jobs } from '../src/kernel/jobs.js';
import type { Logger } from '../src/kernel/logger.js';
import { BULK_CONCURRENCY, settleBulkChange } from './bulk.worker.js';
import { workerContext } from './context.js';
import { makeInvitations } from './invitation.worker.js';
import { grantWaitingLicenses, LICENSING_CONCURRENCY } from './licensing.worker.js';
import { LogKeeper } from './log-keeper.js';
import { MAIL_CONCURRENCY, type MailOptions, MailWorker } from './mail.worker.js';
import { MEMBERSHIP_CONCURRENCY, settleGroup } from './membership.worker.js';
import { OutboxRelay } from './outbox-relay.js';
import { SsoKeeper } from './sso-keeper.js';
import { Sweeper } from './sweeper.js';

const INVITATION_CONCURRENCY = 2;

export interface Workers {
  /** Stops taking new work and lets running jobs finish, or at least the batch they are at. */
  stop(): Promise<void>;
}

export interface WorkerOptions {
  /** Whole months of the provisioning log that are kept; undefined means the product's own number. */
  logMonths?: number;
  /** Where mail goes out; undefined means that it stays in the outbox. */
  mail?: MailOptions | undefined;
  /** The way to identity providers; without it nobody's documents are read again. */
  outside?: Outside;
}

/** Starts everything asynchronous of one process: relay, workers, sweeper, the keeper of the provisioning log. */
export function startWorkers(
  database: Database,
  jobs: Jobs,
  logger: Logger,
  options: WorkerOptions = {},
): Workers {
  const stopping = new AbortController();
  jobs.work('membership', MEMBERSHIP_CONCURRENCY, async ({ ids, ...job }) => {
    if (!ids.groupId) return;
    await settleGroup(workerContext(database, 'membership', job), ids.groupId, stopping.signal);
  });
  jobs.work('invitation', INVITATION_CONCURRENCY, async ({ ids, ...job }) => {
    const { invitationId, batchId } = ids;
    if (batchId) {
      await makeInvitations(workerContext(database, 'invitation', job), batchId, stopping.signal);
    }
    if (invitationId) await applyInvitation(workerContext(database, 'invitation', job), { invitationId });
  });
  jobs.work('bulk', BULK_CONCURRENCY, async ({ ids, ...job }) => {
    const { bulkChangeId } = ids;
    if (bulkChangeId)
      await settleBulkChange(workerContext(database, 'bulk', job), bulkChangeId, stopping.signal);
  });
  jobs.work('licensing', LICENSING_CONCURRENCY, (job) =>
    grantWaitingLicenses(workerContext(database, 'licensing', job)),
  );
  const mail = options.mail && new MailWorker(database, logger, options.mail);
  if (mail) {
    jobs.work('mail', MAIL_CONCURRENCY, async (job) => {
      await mail.deliver(workerContext(database, 'mail', job));
    });
  }
  const relay = new OutboxRelay(database, jobs, logger, mail ? [] : ['mail']);
  const sweeper = new Sweeper(database, logger);
  const keeper = new LogKeeper(database, logger, options.logMonths);
  relay.start();
  sweeper.start();
  const sso = options.outside && new SsoKeeper(database, logger, options.outside);
  keeper.start();
  sso?.start();
  mail?.start();
  return {
    async stop() {
      stopping.abort();
      await Promise.all([relay.stop(), sweeper.stop(), keeper.stop(), sso?.stop()]);
      await Promise.all([jobs.close(), mail?.stop()]);
    },
  };
}
