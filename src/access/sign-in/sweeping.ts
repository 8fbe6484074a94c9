/** Of so many writes one also removes what has ended. */
const WRITES_PER_SWEEP = 16;

/**
 * Whether this write takes ended rows with it. A sweep removes several times as many rows as come between two of them, so
 * tables stay small, and most sign-ins pay for none. By chance, so that no organization is always passed over.
 */
export const isSweepDue = (): boolean => Math.random() * WRITES_PER_SWEEP < 1;
