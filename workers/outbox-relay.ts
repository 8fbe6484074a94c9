import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Database } from '../src/kernel/database.js';
import type { Jobs, NewJob, QueueName } from '../src/kernel/jobs.js';
import type { Logger } from '../src/kernel/logger.js';
import { runInSystem } from '../src/kernel/tenancy.js';
import { Loop } from './loop.js';

/** Which queue serves a topic. */
const QUEUE_OF: Readonly<Record<string, QueueName>> = {
  'group.members.changed': 'membership',
  'invitation.consumed': 'invitation',
  'bulkChange.requested': 'bulk',
  'invitations.requested': 'invitation',
  'mail.queued': 'mail',
  'license.freed': 'licensing',
};

const BATCH_SIZE = 500;
/** How long a message may wait before it is seen: while there is traffic, and at most after a quiet time. */
const BUSY_MS = 25;
const IDLE_MS = 250;
/** Adding to a queue that is away waits for ever; the rows stay and are tried again. */
const ADD_DEADLINE_MS = 3_000;
const BACKOFF_MS = 500;

interface OutboxRow {
  organization_id: string;
  id: string;
  topic: string;
  ids: Record<string, string>;
  request_id: string;
}

/**
 * Moves messages from the outbox into the queues. Several relays may run: each claims rows the others skip. A row is
 * deleted in the transaction that claimed it, after its job was added; a crash in between adds the job twice, which
 * level-triggered workers do not notice.
 */
export class OutboxRelay {
  private readonly loop = new Loop(() => this.round());
  private pause = BUSY_MS;
  /** Jobs the queue has not taken yet. */
  private adding: Promise<void> | undefined;

  constructor(
    private readonly database: Database,
    private readonly jobs: Jobs,
    private readonly logger: Logger,
    /** Queues that nobody here serves: their rows are found by whoever does. */
    private readonly unserved: readonly QueueName[] = [],
  ) {}

  readonly start = (): void => this.loop.start();
  readonly stop = (): Promise<void> => this.loop.stop();

  /**
   * One batch; how many messages were moved. While a queue that is away still owes an answer to the last batch no other
   * is begun: each would wait in memory until the queue returns.
   */
  async relay(): Promise<number> {
    if (this.adding) await withDeadline(this.adding);
    return runInSystem(this.database, async (tx) => {
      const rows = await tx.rows(sql<OutboxRow>`
        select organization_id, id, topic, ids, request_id from outbox
        order by id limit ${BATCH_SIZE} for update skip locked
      `);
      if (rows.length === 0) return 0;
      await withDeadline(this.add(toJobs(rows).filter(({ queue }) => !this.unserved.includes(queue))));
      await tx.rows(sql`delete from outbox where id = any(${rows.map((row) => row.id)}::uuid[])`);
      return rows.length;
    });
  }

  private add(jobs: readonly NewJob[]): Promise<void> {
    const answered = (): void => {
      this.adding = undefined;
    };
    this.adding = this.jobs.add(jobs);
    this.adding.then(answered, answered);
    return this.adding;
  }

  private async round(): Promise<number> {
    try {
      const moved = await this.relay();
      if (moved === BATCH_SIZE) return 0;
      this.pause = moved > 0 ? BUSY_MS : Math.min(this.pause * 2, IDLE_MS);
      return this.pause;
    } catch (error) {
      this.logger.warn({ err: error }, 'the outbox waits: the queue or the database is away');
      return BACKOFF_MS;
    }
  }
}

/** Messages about one thing become one job: the worker looks at the rows, not at the messages. */
function toJobs(rows: readonly OutboxRow[]): NewJob[] {
  const jobs = new Map<string, NewJob>();
  for (const row of rows) {
    const queue = QUEUE_OF[row.topic];
    if (!queue) continue;
    const about = `${queue} ${row.ids.groupId ?? row.ids.invitationId ?? (queue === 'mail' ? row.organization_id : row.id)}`;
    const payload = { organizationId: row.organization_id, ids: row.ids, requestId: row.request_id };
    if (!jobs.has(about)) jobs.set(about, { queue, id: row.id, payload });
  }
  return [...jobs.values()];
}

async function withDeadline(work: Promise<void>): Promise<void> {
  const late = new AbortController();
  const deadline = sleep(ADD_DEADLINE_MS, undefined, { signal: late.signal }).then(
    () => {
      throw new Error(`The queue did not take the jobs within ${ADD_DEADLINE_MS} ms.`);
    },
    () => {},
  );
  work.catch(() => {});
  try {
    await Promise.race([work, deadline]);
  } finally {
    late.abort();
  }
}
