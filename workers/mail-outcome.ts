import type { MailRecord } from '../src/mail/mail-rows.js';
import type { MailOutcome } from '../src/mail/settle-mails.js';
import type { SmtpAnswer } from './smtp.js';

/** A mail that a server puts off is tried again after these seconds, and after the last ones no more: two days. */
const RETRY_SECONDS = [30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800, 43_200, 86_400];
/** While the server is away its mails are due at once: the breaker says when somebody knocks. */
const AWAY_SECONDS = 1;

/** What is stored of an answer: sent, due again later, or given up. */
export function outcomeOf({ id, attempts }: MailRecord, answer: SmtpAnswer, pauseMs: number): MailOutcome {
  switch (answer.kind) {
    case 'taken':
      return { id, state: 'sent', error: null };
    case 'away':
      return {
        id,
        state: 'queued',
        error: answer.error,
        retrySeconds: Math.max(AWAY_SECONDS, pauseMs / 1_000),
        attempted: false,
      };
    case 'refused':
      return { id, state: 'failed', error: answer.error };
    case 'deferred': {
      const retrySeconds = RETRY_SECONDS[attempts];
      return retrySeconds === undefined
        ? { id, state: 'failed', error: answer.error }
        : { id, state: 'queued', error: answer.error, retrySeconds };
    }
  }
}
