import type { Parameters } from 'fast-check';

/** The same operations in every run of the suite; a campaign names another. */
const SEED = 20_261_122;

const numberIn = (name: string): number | undefined => {
  const text = process.env[name];
  return text === undefined || text === '' ? undefined : Number(text);
};

/**
 * How a layer runs: ROLLCALL_MODEL_RUNS makes a campaign of it, ROLLCALL_MODEL_SEED chooses other operations, and
 * ROLLCALL_MODEL_PATH goes straight to the case a failure printed. ROLLCALL_MODEL_SHRINK=0 reports the first failure as
 * it is.
 */
export function runsOf<T>(numRuns: number): Parameters<T> {
  const path = process.env.ROLLCALL_MODEL_PATH;
  return {
    seed: numberIn('ROLLCALL_MODEL_SEED') ?? SEED,
    numRuns: numberIn('ROLLCALL_MODEL_RUNS') ?? numRuns,
    ...(path && { path }),
    endOnFailure: process.env.ROLLCALL_MODEL_SHRINK === '0',
    verbose: 1,
    interruptAfterTimeLimit: deadlineMs(numRuns) - 20_000,
  };
}

/** For Jest: a campaign of many runs may take its time, and a failing run a minute to become small. */
export const deadlineMs = (numRuns: number): number =>
  120_000 + 2_000 * Math.max(0, (numberIn('ROLLCALL_MODEL_RUNS') ?? numRuns) - numRuns);
