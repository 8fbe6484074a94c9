import { wrongClocks } from './clock-scenarios.js';
import { rollingDeploy } from './deploy-scenarios.js';
import { fullDisk } from './disk-scenarios.js';
import { killApi, killWorker } from './kill-scenarios.js';
import { loseMailServer } from './mail-scenarios.js';
import { nemesis, REST_S } from './nemesis.js';
import { deliverWrongly, hangWorker } from './queue-scenarios.js';
import type { RunOptions } from './runner.js';
import type { Scenario } from './scenario.js';
import { emptyRedis, killPostgres, loseRedis, restartPostgres } from './server-scenarios.js';
import { deadlocks, fewConnections, noisyNeighbour, slowClients, slowDatabase } from './slow-scenarios.js';
import { stopGracefully } from './stop-scenarios.js';

/** Minutes of the combined nemesis when nobody says a number. */
const NEMESIS_MINUTES = { small: 0.5, full: 10 };

/** Every scenario of the suite, in the order of their numbers. */
export const SCENARIOS = ({ size, minutes, rest }: RunOptions): readonly Scenario[] => [
  killApi,
  killWorker,
  killPostgres,
  restartPostgres,
  loseRedis,
  emptyRedis,
  deliverWrongly,
  wrongClocks,
  fullDisk,
  slowDatabase,
  fewConnections,
  deadlocks,
  hangWorker,
  slowClients,
  stopGracefully,
  rollingDeploy,
  loseMailServer,
  noisyNeighbour,
  nemesis({ minutes: minutes ?? NEMESIS_MINUTES[size], rest: rest ?? REST_S }),
];
