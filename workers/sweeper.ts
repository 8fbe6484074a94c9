import { sql } from 'kysely';
import { applyInvitation } from '../src/invitations/apply-invitation.js';
import { expireInvitations } from '../src/invitations/expire-invitations.js';
import type { Context } from '../src/kernel/context.js';
import type { Database } from '../src/kernel/database.js';
import type { Logger } from '../src/kernel/logger.js';
import { runInSystem } from '../src/kernel/tenancy.js';
import { BATCHES_PER_SWEEP, settleBulkChange } from './bulk.worker.js';
import { workerContext } from './context.js';
import { makeInvitations } from './invitation.worker.js';
import { grantWaitingLicenses } from './licensing.worker.js';
import { Loop } from './loop.js';
import { settleGroup } from './membership.worker.js';
import { swept } from './metrics.js';

const INTERVAL_MS = 2_000;
/** Younger rows still have their job; older ones have lost it, or their queue is away. */
const OVERDUE = sql`interval '4 seconds'`;
const BATCH_SIZE = 200;
const NIL = '00000000-0000-0000-0000-000000000000';
const BEGINNING: Waiting = { organization_id: NIL, id: NIL };

/**
 * Applies what has waited too long, straight from the tables and without any queue: a lost job, a flushed Redis or a
 * dead worker costs seconds, never truth (I3, I10).
 */
export class Sweeper {
  private readonly loop = new Loop(() => this.round());
  /** Where the last look at groups ended: with more of them than one round settles, the next begins behind it. */
  private after: Waiting = BEGINNING;

  constructor(
    private readonly database: Database,
    private readonly logger: Logger,
  ) {}

  readonly start = (): void => this.loop.start();
  readonly stop = (): Promise<void> => this.loop.stop();

  /**
   * One round; how many groups, invitations and lines it found waiting and settled. What cannot be settled now is logged and
   * left for the next round, so that it holds up nobody else.
   */
  async sweep(): Promise<number> {
    const groups = await runInSystem(this.database, (tx) =>
      tx.rows(sql<Waiting>`
        select distinct organization_id, group_id as id from memberships
        where state <> 'active' and accepted_at < now() - ${OVERDUE}
          and (organization_id, group_id) > (${this.after.organization_id}::uuid, ${this.after.id}::uuid)
        order by 1, 2 limit ${BATCH_SIZE}
      `),
    );
    this.after = groups.length < BATCH_SIZE ? BEGINNING : (groups.at(-1) ?? BEGINNING);
    const settled = await this.each('group', groups, settleGroup);
    const invitations = await runInSystem(this.database, (tx) =>
      tx.rows(sql<Waiting>`
        select organization_id, id from invitations
        where state = 'consumed' and applied_at is null and consumed_at < now() - ${OVERDUE} limit ${BATCH_SIZE}
      `),
    );
    const applied = await this.each('invitation', invitations, (context, invitationId) =>
      applyInvitation(context, { invitationId }),
    );
    const bulkChanges = await runInSystem(this.database, (tx) =>
      tx.rows(sql<Waiting>`
        select organization_id, id from bulk_changes
        where finished_at is null and touched_at < now() - ${OVERDUE} order by touched_at limit ${BATCH_SIZE}
      `),
    );
    const bulk = await this.each('bulk change', bulkChanges, (context, id, stopping) =>
      settleBulkChange(context, id, stopping, BATCHES_PER_SWEEP),
    );
    const lines = await runInSystem(this.database, (tx) => tx.rows(linesToServe));
    const licensed = await this.each('license', lines, grantWaitingLicenses);
    return settled + applied + bulk + licensed + (await this.sweepInvitations());
  }

  /** Batches of invitations that nobody makes, and invitations whose time is over (B34). */
  private async sweepInvitations(): Promise<number> {
    const batches = await runInSystem(this.database, (tx) =>
      tx.rows(sql<Waiting>`
        select organization_id, id from invitation_batches
        where finished_at is null and touched_at < now() - ${OVERDUE} order by touched_at limit ${BATCH_SIZE}
      `),
    );
    const made = await this.each('invitation batch', batches, makeInvitations);
    const expiring = await runInSystem(this.database, (tx) =>
      tx.rows(sql<Waiting>`
        select distinct organization_id, organization_id as id from (
          select organization_id from invitations where state = 'pending' and expires_at <= now()
          order by expires_at limit ${BATCH_SIZE}) over
      `),
    );
    return (
      made +
      (await this.each('expired invitation', expiring, (context, organizationId) =>
        expireInvitations(context, { organizationId }),
      ))
    );
  }

  private async each(
    kind: 'group' | 'invitation' | 'bulk change' | 'invitation batch' | 'expired invitation' | 'license',
    rows: readonly Waiting[],
    settle: (context: Context, id: string, stopping: AbortSignal) => Promise<unknown>,
  ): Promise<number> {
    let settled = 0;
    for (const { organization_id: organizationId, id } of rows) {
      if (this.loop.stopping.aborted) break;
      try {
        await settle(
          workerContext(this.database, 'sweeper', { organizationId, requestId: 'sweeper' }),
          id,
          this.loop.stopping,
        );
        swept.inc({ kind });
        settled += 1;
      } catch (error) {
        this.logger.warn({ err: error, organizationId, [kind]: id }, 'this waits for the next sweep');
      }
    }
    return settled;
  }

  private async round(): Promise<number> {
    try {
      return (await this.sweep()) >= BATCH_SIZE ? 0 : INTERVAL_MS;
    } catch (error) {
      this.logger.warn({ err: error }, 'the sweep was cut short and starts again');
      return INTERVAL_MS;
    }
  }
}

/** Organizations where people wait for a license although one is free, or although nobody may wait any more (B35). */
const linesToServe = sql<Waiting>`
  select distinct r.organization_id, r.organization_id as id from license_requests r
  join organizations o on o.id = r.organization_id
  join seat_pools p on p.organization_id = o.id
    and p.kind = case when o.pro_for_everyone then 'pro' else 'standard' end
  where r.requested_at < now() - ${OVERDUE} and (p.taken < p.bought or o.when_no_license_is_free = 'refuse')
  limit ${BATCH_SIZE}`;

interface Waiting {
  organization_id: string;
  id: string;
}
