/**
 * Resolves with the signal that tells this process to end: SIGTERM, or the SIGINT of Ctrl-C. From the call on the first of
 * them no longer ends the process by itself, so call it before anything is started: whoever is told stops what was
 * started, and then ends. Otherwise the embedded PostgreSQL would outlive a Ctrl-C during the start.
 */
export function toldToEnd(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
}

/** What a shell sees of a program that a signal ended. */
export const exitCodeOf = (signal: NodeJS.Signals): number => (signal === 'SIGINT' ? 130 : 143);
