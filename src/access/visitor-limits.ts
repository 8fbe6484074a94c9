import { isIPv6 } from 'node:net';
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

/** One client: an IPv4 address, or the /64 of an IPv6 address, all of which is one household's or office's. */
export function networkOf(client: string): string {
  const [address = ''] = client.toLowerCase().split('%');
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1];
  if (mapped !== undefined || !isIPv6(address)) return mapped ?? address;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - groups.length - after.length;
  const all = [...groups, ...Array<string>(Math.max(0, zeros)).fill('0'), ...after];
  return `${all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
