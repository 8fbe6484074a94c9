import { sql } from 'kysely';
import type { Context } from '../src/kernel/context.js';
import type { Database } from '../src/kernel/database.js';
import { newId } from '../src/kernel/ids.js';
import type { Logger } from '../src/kernel/logger.js';
import { runInSystem } from '../src/kernel/tenancy.js';
import { claimMails } from '../src/mail/claim-mails.js';
import type { MailRecord } from '../src/mail/mail-rows.js';
import { renderMail, type Stationery } from '../src/mail/render-mail.js';
import { renewMails } from '../src/mail/renew-mails.js';
import { settleMails } from '../src/mail/settle-mails.js';
import { Batches } from './batches.js';
import { Breaker } from './breaker.js';
import { workerContext } from './context.js';
import { Handover } from './handover.js';
import { Loop } from './loop.js';
import { outcomeOf } from './mail-outcome.js';
import { mailsHandedOver, swept } from './metrics.js';
import { SMTP_CONNECTIONS, Smtp } from './smtp.js';

/** How many organizations' mail one process sends at a time; they share its connections in turn. */
export const MAIL_CONCURRENCY = 4;
/** Claimed at a time: enough that no connection waits for the next claim. */
const CLAIM_SIZE = SMTP_CONNECTIONS * 4;
const RENEW_MS = 1_500;
const SWEEP_MS = 1_000;
/** What waits longer than this has lost its job, or was put off until now. */
const OVERDUE = sql`interval '1 second'`;
/** A mail that was handed over is safe, so its answer waits this long for company: one commit for many mails. */
const SETTLE_LINGER_MS = 150;

/** Where mail goes and what it looks like; without it mail stays in the outbox. */
export interface MailOptions {
  smtpUrl: string;
  from: string;
  pageUrl: Stationery['pageUrl'];
}

/**
 * Sends what waits in `mails`. Level-triggered: it claims whatever is due in an organization, so a job that is lost, late
 * or doubled costs nothing, and the loop here finds what no job speaks of (I3, I10).
 */
export class MailWorker {
  private readonly smtp: Smtp;
  private readonly breaker = new Breaker();
  private readonly loop = new Loop(() => this.sweep());
  private readonly stationery: Stationery;

  constructor(
    private readonly database: Database,
    private readonly logger: Logger,
    options: MailOptions,
  ) {
    this.smtp = new Smtp(options.smtpUrl, options.from);
    this.stationery = { secretKey: database.secretKey, pageUrl: options.pageUrl, showsLinks: true };
  }

  readonly start = (): void => this.loop.start();

  /** Finishes the mails under way, then closes the connections. */
  async stop(): Promise<void> {
    await this.loop.stop();
    this.smtp.close();
  }

  /** Sends what is due in one organization until nothing is, the server is away, or the process stops. */
  async deliver(context: Context): Promise<number> {
    const claimId = newId();
    const handover = new Handover(context, claimId);
    const settling = new Batches<Parameters<typeof settleMails>[1]['outcomes'][number]>(
      (outcomes) => settleMails(context, { claimId, outcomes }),
      SETTLE_LINGER_MS,
    );
    const held = new Map<string, Promise<void>>();
    const renewing = setInterval(() => {
      const ids = [...held.keys()];
      if (ids.length > 0) renewMails(context, { claimId, ids }).catch(() => {});
    }, RENEW_MS);
    let total = 0;
    try {
      while (!this.loop.stopping.aborted && this.breaker.pause === 0) {
        const limit = this.breaker.isDoubtful ? 1 : CLAIM_SIZE;
        const claimed = await claimMails(context, { claimId, limit });
        if (claimed.length === 0) break;
        total += claimed.length;
        for (const mail of claimed) {
          const sent = this.sendOne(mail, handover, settling).finally(() => held.delete(mail.id));
          sent.catch(() => {});
          held.set(mail.id, sent);
        }
        while (held.size > (this.breaker.isDoubtful ? 0 : CLAIM_SIZE)) {
          await Promise.race(held.values()).catch(() => {});
        }
      }
      await Promise.all(held.values());
    } finally {
      clearInterval(renewing);
    }
    return total;
  }

  private async sendOne(
    mail: MailRecord,
    handover: Handover,
    settling: Batches<Parameters<typeof settleMails>[1]['outcomes'][number]>,
  ): Promise<void> {
    const answer = await this.smtp.send(mail, renderMail(mail, this.stationery), () =>
      handover.pass(mail.id),
    );
    if (handover.hasLost(mail.id)) return;
    if (answer.kind === 'away') this.breaker.failed();
    else this.breaker.succeeded();
    mailsHandedOver.inc({ answer: answer.kind });
    await settling.add(outcomeOf(mail, answer, this.breaker.pause));
  }

  /** Finds organizations whose mail waits although no job is at it. */
  private async sweep(): Promise<number> {
    if (this.breaker.pause > 0) return Math.min(this.breaker.pause, SWEEP_MS);
    try {
      const rows = await runInSystem(this.database, (tx) =>
        tx.rows(sql<{ organization_id: string }>`
          select distinct organization_id from (
            select organization_id from mails
            where state in ('queued', 'sending') and due_at < now() - ${OVERDUE} order by due_at limit 1000) waiting
          limit ${MAIL_CONCURRENCY}
        `),
      );
      await Promise.all(
        rows.map(async ({ organization_id: organizationId }) => {
          const context = workerContext(this.database, 'mail', { organizationId, requestId: 'sweeper' });
          swept.inc({ kind: 'mail' }, await this.deliver(context));
        }),
      );
    } catch (error) {
      this.logger.warn({ err: error }, 'mail waits: the database is away');
    }
    return SWEEP_MS;
  }
}
