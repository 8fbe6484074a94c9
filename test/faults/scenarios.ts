import { rollingDeploy } from './deploy-scenarios.js';
import { killApi, killWorker } from './kill-scenarios.js';
import type { RunOptions } from './runner.js';
import type { Scenario } from './scenario.js';
import { emptyRedis, killPostgres, loseRedis, restartPostgres } from './server-scenarios.js';
import { stopGracefully } from './stop-scenarios.js';

/** Every scenario of the suite, in the order of their numbers. */
export const SCENARIOS = (_options: RunOptions): readonly Scenario[] => [
  killApi,
  killWorker,
  killPostgres,
  restartPostgres,
  loseRedis,
  emptyRedis,
  stopGracefully,
  rollingDeploy,
];
