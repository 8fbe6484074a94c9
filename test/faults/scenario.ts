import type { History } from './history.js';
import type { World, WorldOptions } from './world.js';

/** How much of a scenario is run: what fits beside all other tests, or what the figures are about. */
export type Size = 'small' | 'full';

export interface Report {
  /** Faults that were injected. */
  injections: number;
  /** What was measured, in words and numbers. */
  measured: string;
  /** Why it, or a part of it, was not run. */
  skipped?: string;
}

export interface Scenario {
  id: string;
  fault: string;
  promise: string;
  /** A world of its own, different from the shared one in this. */
  world?: Partial<WorldOptions>;
  /** Checks the world itself, adding to `histories`; throws when a promise is broken. */
  run(world: World, size: Size, histories: History[]): Promise<Report>;
}

export const ms = (value: number): string => `${Math.round(value)} ms`;
export const seconds = (value: number): string => `${(value / 1_000).toFixed(1)} s`;
export const maximum = (values: readonly number[]): number => Math.max(0, ...values);
export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
