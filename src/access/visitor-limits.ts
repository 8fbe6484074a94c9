import { networkOf } from '../kernel/client-network.js';
import type { Context } from '../kernel/context.js';
import { DomainError } from '../kernel/errors.js';
import { type CountedAttempt, countAttempt } from './count-attempt.js';

const WINDOW_SECONDS = 3_600;
/** Mails an hour that one mailbox can be made to receive. */
const REQUESTS_PER_ADDRESS = 5;
/** An office behind one address, on the day it is told to register. */
const REQUESTS_PER_CLIENT = 60;
/** Each costs a password hash. A link of ours cannot be guessed; this only bounds the work. */
const REGISTRATIONS_PER_CLIENT = 60;

/** Counts an attempt to have a mail sent to an address. RATE_LIMITED above either limit, whoever the address belongs to. */
export async function countMailRequest(
  context: Context,
  { kind, address, client }: { kind: 'request' | 'reset'; address: string; client: string },
): Promise<void> {
  refuseAbove(
    await countAttempt(context, {
      kind,
      subjects: [
        { value: `address ${address}`, limit: REQUESTS_PER_ADDRESS },
        { value: `client ${networkOf(client)}`, limit: REQUESTS_PER_CLIENT },
      ],
      windowSeconds: WINDOW_SECONDS,
    }),
  );
}

/** Counts an attempt to use a mailed link up: to register, to accept, to choose a password. RATE_LIMITED above the limit. */
export async function countRegistration(context: Context, client: string): Promise<void> {
  refuseAbove(
    await countAttempt(context, {
      kind: 'register',
      subjects: [{ value: `client ${networkOf(client)}`, limit: REGISTRATIONS_PER_CLIENT }],
      windowSeconds: WINDOW_SECONDS,
    }),
  );
}

function refuseAbove({ allowed, retryAfter }: CountedAttempt): void {
  if (allowed) return;
  throw new DomainError(
    'RATE_LIMITED',
    'Too many attempts from this address or for this mailbox within an hour. Try again later.',
    { retryAfter },
  );
}
