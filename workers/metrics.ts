import { Counter, Histogram } from 'prom-client';

/** The promise of accepted-then-applied, measured by the database clock for every membership. */
export const membershipDelay = new Histogram({
  name: 'rollcall_membership_delay_seconds',
  help: 'Time from a membership being accepted to being applied.',
  buckets: [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 15, 60],
});

/** What the mail server answered; `away` is no answer. */
export const mailsHandedOver = new Counter({
  name: 'rollcall_mails_total',
  help: 'Attempts to hand a mail to the mail server, by its answer.',
  labelNames: ['answer'],
});

/** More than a trickle means that jobs get lost or workers are too slow. */
export const swept = new Counter({
  name: 'rollcall_swept_total',
  help: 'Groups, invitations, bulk changes, lines for licenses and mails that the sweeper found waiting and settled.',
  labelNames: ['kind'],
});
