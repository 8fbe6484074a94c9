import type { Context } from '../src/kernel/context.js';
import { handOverMails } from '../src/mail/hand-over-mails.js';
import { Batches } from './batches.js';

/**
 * Mails that share one commit, and so the mails that a worker which is killed between their dots and that commit repeats:
 * every dot of a batch and its COMMIT are written in one turn of the event loop, so no two batches are in between at a time.
 * One by one would repeat a single mail, but takes PostgreSQL nearly twice the processor time. Of 5,000 mails with two kills
 * in between (`bench/invite.mjs`) all that are ready at once took 18.6 to 20.1 s, eight 18.7 and 19.3 s, four 20.4 to 21.3 s.
 */
export const HANDED_OVER_AT_ONCE = 8;
/** How long the first mail that is ready waits for others to share its commit. */
const LINGER_MS = 10;
/**
 * Ticks after which the end of a mail has gone through every stream to the socket; there are about ten. The commit must come
 * after it, and in the same turn of the event loop: a worker that is killed between them repeats a mail, the other way round
 * it would lose one.
 */
const TICKS = 100;

interface Ready {
  id: string;
  end: () => void;
  lost: (reason: Error) => void;
}

/** The last moment of every mail of one delivery: it is noted as handed over in the instant it is. */
export class Handover {
  private readonly lostIds = new Set<string>();
  private readonly batches: Batches<Ready>;

  constructor(context: Context, claimId: string) {
    this.batches = new Batches(
      async (ready) => {
        const release = async (ours: ReadonlySet<string>): Promise<void> => {
          for (const one of ready) {
            if (ours.has(one.id)) one.end();
            else this.lose(one);
          }
          for (let tick = 0; tick < TICKS; tick += 1)
            await new Promise<void>((next) => process.nextTick(next));
        };
        await handOverMails(context, { claimId, ids: ready.map(({ id }) => id), release });
      },
      LINGER_MS,
      HANDED_OVER_AT_ONCE,
    );
  }

  /** Resolves in the instant the mail may end; rejects when another worker has it by now. */
  pass(id: string): Promise<void> {
    return new Promise((end, lost) => {
      this.batches.add({ id, end, lost }).catch((error: Error) => lost(error));
    });
  }

  /** Whether the mail belongs to another worker, which says what becomes of it. */
  hasLost(id: string): boolean {
    return this.lostIds.has(id);
  }

  private lose({ id, lost }: Ready): void {
    this.lostIds.add(id);
    lost(new Error('Another worker has this mail.'));
  }
}
