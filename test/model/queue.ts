import { applyInvitation } from '../../src/invitations/apply-invitation.js';
import type { Database } from '../../src/kernel/database.js';
import type { JobPayload, Jobs, NewJob, QueueName } from '../../src/kernel/jobs.js';
import { createLogger } from '../../src/kernel/logger.js';
import { workerContext } from '../../workers/context.js';
import { makeInvitations } from '../../workers/invitation.worker.js';
import { grantWaitingLicenses } from '../../workers/licensing.worker.js';
import { settleGroup } from '../../workers/membership.worker.js';
import { OutboxRelay } from '../../workers/outbox-relay.js';
import { Sweeper } from '../../workers/sweeper.js';

const silent = createLogger('silent');

/** The real relay and the real handlers around a queue that does what a test says: keeps, repeats, reorders, loses. */
export class FakeQueue {
  readonly jobs: NewJob[] = [];
  /** Whoever hands over the next batch dies: before the queue has it, or before it hears that the queue has it. */
  dies: 'before' | 'after' | undefined;
  private readonly relayLoop: OutboxRelay;
  private readonly sweeper: Sweeper;

  constructor(private readonly database: Database) {
    this.relayLoop = new OutboxRelay(database, this as unknown as Jobs, silent, ['mail']);
    this.sweeper = new Sweeper(database, silent);
  }

  async add(jobs: readonly NewJob[]): Promise<void> {
    const { dies } = this;
    this.dies = undefined;
    if (dies !== 'before') this.jobs.push(...jobs);
    if (dies) throw new Error('The relay died.');
  }

  relay = (): Promise<number> => this.relayLoop.relay();
  sweep = (): Promise<number> => this.sweeper.sweep();

  /** Does what the worker of that queue does with a job. */
  async handle(queue: QueueName, { ids, ...job }: JobPayload): Promise<void> {
    const context = workerContext(this.database, queue, job);
    if (queue === 'membership' && ids.groupId) await settleGroup(context, ids.groupId);
    if (queue === 'invitation' && ids.batchId) await makeInvitations(context, ids.batchId);
    if (queue === 'invitation' && ids.invitationId)
      await applyInvitation(context, { invitationId: ids.invitationId });
    if (queue === 'licensing') await grantWaitingLicenses(context);
  }

  /** Everything that waits goes through the outbox and its handler, once and in order; the sweeper has no part in it. */
  async drain(): Promise<void> {
    while ((await this.relay()) > 0 || this.jobs.length > 0) {
      for (const { queue, payload } of this.jobs.splice(0)) await this.handle(queue, payload);
    }
  }
}
