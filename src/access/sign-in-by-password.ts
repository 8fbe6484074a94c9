import { sql } from 'kysely';
import { z } from 'zod';
import { command } from '../kernel/operation.js';
import type { LockedUser } from '../licensing/admit-user.js';
import { licenseSettings } from '../licensing/seat-pool.js';
import { MAY_USE_PASSWORD } from './passwords.queries.js';
import { attempting, auditOf, enter, type SignInOutcome } from './sign-in/outcome.js';
import { DeviceInput } from './sign-in-by-sso.js';
import { SignInRefusal } from './sign-in-refusal.js';

/**
 * Signs in somebody whose password the door has verified against `hash`; everything is looked at again, because it may
 * have changed since. Without a user the attempt is kept as failed.
 */
export const signInByPassword = command({
  permission: 'access:request',
  input: z.object({
    userId: z.uuid().optional(),
    hash: z.string().optional(),
    isRight: z.boolean(),
    isAllowed: z.boolean(),
    returnPath: z.string(),
    device: DeviceInput,
    replaces: z.string().optional(),
  }),
  audit: (_input, outcome: SignInOutcome) => auditOf(outcome, 'password'),
  run(tx, input) {
    const attempt = { method: 'password', device: input.device, userId: input.userId ?? null } as const;
    return attempting(tx, attempt, async () => {
      if (!input.isAllowed) {
        throw new SignInRefusal(
          'too_many_attempts',
          'Too many attempts for this account or from this address.',
        );
      }
      const wrong = () => new SignInRefusal('wrong_password', 'The address or the password is wrong.');
      if (!input.isRight) throw wrong();
      const [[user], licenses] = await Promise.all([
        tx.rows(sql<LockedUser>`
          select u.id, u.active, u.license from users u
          join passwords p on p.organization_id = u.organization_id and p.user_id = u.id and p.hash = ${input.hash ?? ''}
          where u.organization_id = ${tx.context.organizationId} and u.id = ${input.userId ?? null}::uuid and ${MAY_USE_PASSWORD}
          for update of u
        `),
        licenseSettings(tx),
      ]);
      if (!user) throw wrong();
      return enter(tx, { ...input, connectionId: null, method: 'password', user, licenses });
    });
  },
});
