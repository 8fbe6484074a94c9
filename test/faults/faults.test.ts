import { redisAvailable } from '../support/redis.js';
import { killApi } from './kill-scenarios.js';
import { nemesis, REST_S } from './nemesis.js';
import { builtProduct, runScenario } from './runner.js';
import { stopGracefully } from './stop-scenarios.js';

// A choice of the fault suite that fits beside all other tests: `npm run test:faults` is the whole of it.
// FAULTS_SEED repeats a schedule; the one of a failure is in its message.

const seed = Number(process.env.FAULTS_SEED ?? Math.floor(Math.random() * 1_000_000));
const SOME_SECONDS = 0.2;

it.each([killApi, stopGracefully, nemesis({ minutes: SOME_SECONDS, rest: REST_S })])(
  '$id: $fault',
  async (scenario) => {
    const row = await runScenario(scenario, 'small', {
      seed,
      dist: await builtProduct(),
      redis: redisAvailable,
    });
    expect({ seed, violations: row.violations }).toEqual({ seed, violations: [] });
    expect(row.acks).toBeGreaterThan(0);
  },
  180_000,
);
