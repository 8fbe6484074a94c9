import type { Context } from '../src/kernel/context.js';
import { grantLicenses } from '../src/licensing/grant-licenses.js';

/** An organization has one line, which two workers could only wait for each other at. */
export const LICENSING_CONCURRENCY = 1;

/** Grants what is free to whoever waits in the organization of the job; nothing to do is no error. */
export async function grantWaitingLicenses(context: Context): Promise<void> {
  await grantLicenses(context, {});
}
