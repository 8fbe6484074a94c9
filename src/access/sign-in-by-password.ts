import { sql } from 'kysely';
import { z } from 'zod';
import { networkOf } from '../kernel/client-network.js';
import type { Context } from '../kernel/context.js';
import { fold } from '../kernel/fold.js';
import { command } from '../kernel/operation.js';
import type { LockedUser } from '../licensing/admit-user.js';
import { licenseSettings } from '../licensing/seat-pool.js';
import { countAttempt } from './count-attempt.js';
import { verifyPassword } from './password.js';
import { MAY_USE_PASSWORD, passwordHash } from './passwords.queries.js';
import { attempting, auditOf, enter, type SignInOutcome } from './sign-in/outcome.js';
import { DeviceInput } from './sign-in-by-sso.js';
import { type ReachedLimit, SignInRefusal } from './sign-in-refusal.js';

/** Nobody mistypes ten times, and an office shares an address. Attempts count, not requests (abuse 11). */
const WINDOW_SECONDS = 15 * 60;
const ATTEMPTS_PER_ACCOUNT = 10;
const ATTEMPTS_PER_CLIENT = 100;

/** Who is counted: the account that was typed, whether or not there is one, and the client it came from. */
export const countedSubjects = (email: string, address: string): [account: string, client: string] => [
  `account ${fold(email)}`,
  `client ${networkOf(address)}`,
];

/** What was found out before the transaction: a limit that was reached, or whose password it is and whether it is right. */
interface Verified {
  limit?: ReachedLimit;
  userId?: string | undefined;
  hash?: string | undefined;
  isRight: boolean;
}

/**
 * Signs in somebody by the password they chose here (B36). Each call counts, whatever becomes of it; above a limit nothing is
 * hashed, and the refusal says when to come back. A wrong password and an unknown address are refused alike and take as
 * long (abuse 18). Hashing happens before the transaction, so everything is looked at again in it. UNAVAILABLE when too
 * many passwords wait to be hashed.
 */
export const signInByPassword = command({
  permission: 'access:request',
  input: z.object({
    email: z.string().max(320),
    password: z.string(),
    returnPath: z.string(),
    device: DeviceInput,
    replaces: z.string().optional(),
  }),
  audit: (_input, outcome: SignInOutcome) => auditOf(outcome, 'password'),
  async prepare(context, { email, password, device }): Promise<Verified> {
    const limit = await reachedLimit(context, countedSubjects(email, device.address));
    if (limit) return { limit, isRight: false };
    const known = await passwordHash(context, { email });
    return { ...known, isRight: await verifyPassword(password, known?.hash) };
  },
  run(tx, input, { limit, userId, hash, isRight }) {
    const attempt = { method: 'password', device: input.device, userId: userId ?? null } as const;
    return attempting(tx, attempt, async () => {
      if (limit) {
        const detail = 'Too many attempts for this account or from this address.';
        throw new SignInRefusal('too_many_attempts', detail, undefined, limit);
      }
      const wrong = () => new SignInRefusal('wrong_password', 'The address or the password is wrong.');
      if (!isRight) throw wrong();
      const [[user], licenses] = await Promise.all([
        tx.rows(sql<LockedUser>`
          select u.id, u.active, u.license from users u
          join passwords p on p.organization_id = u.organization_id and p.user_id = u.id and p.hash = ${hash ?? ''}
          where u.organization_id = ${tx.context.organizationId} and u.id = ${userId ?? null}::uuid and ${MAY_USE_PASSWORD}
          for update of u
        `),
        licenseSettings(tx),
      ]);
      if (!user) throw wrong();
      return enter(tx, { ...input, connectionId: null, method: 'password', user, licenses });
    });
  },
});

/** Counts this attempt of both subjects; undefined while it is within their limits. */
async function reachedLimit(
  context: Context,
  [account, client]: [account: string, client: string],
): Promise<ReachedLimit | undefined> {
  const { allowed, retryAfter, reached } = await countAttempt(context, {
    kind: 'password',
    subjects: [
      { value: account, limit: ATTEMPTS_PER_ACCOUNT },
      { value: client, limit: ATTEMPTS_PER_CLIENT },
    ],
    windowSeconds: WINDOW_SECONDS,
  });
  return allowed ? undefined : { retryAfter, reached };
}
