import { z } from 'zod';
import { command } from '../kernel/operation.js';
import { recordAttempt } from './sign-in/attempts.js';
import { endRequest } from './sign-in/requests.js';
import { DeviceInput } from './sign-in-by-sso.js';
import { SignInRefusal } from './sign-in-refusal.js';

/**
 * Keeps a sign-in that failed before anybody was known by it, and says whether it was a test of this very browser, which
 * may be shown what failed.
 */
export const refuseSignIn = command({
  permission: 'access:request',
  input: z.object({
    method: z.enum(['saml', 'oidc']),
    connectionId: z.string().optional(),
    key: z.string().optional(),
    browser: z.string().optional(),
    refusal: z.instanceof(SignInRefusal),
    device: DeviceInput,
  }),
  audit: () => undefined,
  async run(tx, { key, browser, ...attempt }): Promise<boolean> {
    recordAttempt(tx, attempt);
    return key === undefined ? false : endRequest(tx, key, browser);
  },
});
