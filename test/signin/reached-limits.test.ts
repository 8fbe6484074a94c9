import { setTimeout as sleep } from 'node:timers/promises';
import { ReachedLimits } from '../../src/signin/reached-limits.js';

const WINDOW_SECONDS = 0.2;
const ADA = 'account ada@acme.example';
const HERE = 'client 192.0.2.1';

it('a limit that was reached refuses whoever is above it, and nobody else', () => {
  const reached = new ReachedLimits();
  reached.remember('acme', [ADA], 30);
  expect(reached.secondsLeft('acme', [ADA, HERE])).toBe(30);
  expect(reached.secondsLeft('acme', [HERE])).toBeUndefined();
  expect(reached.secondsLeft('globex', [ADA, HERE])).toBeUndefined();
});

it('it ends with its window, and is asked about again after a minute however long that is', async () => {
  const reached = new ReachedLimits();
  reached.remember('acme', [ADA], WINDOW_SECONDS);
  reached.remember('acme', [HERE], 3_600);
  expect(reached.secondsLeft('acme', [ADA])).toBe(1);
  expect(reached.secondsLeft('acme', [HERE])).toBe(60);
  await sleep(WINDOW_SECONDS * 1_500);
  expect(reached.secondsLeft('acme', [ADA])).toBeUndefined();
});

it('remembers a bounded number of them, the latest', () => {
  const reached = new ReachedLimits();
  for (let n = 0; n <= 10_000; n += 1) reached.remember('acme', [`account ${n}`], 30);
  expect(reached.secondsLeft('acme', ['account 0'])).toBeUndefined();
  expect(reached.secondsLeft('acme', ['account 1'])).toBe(30);
  expect(reached.secondsLeft('acme', ['account 10000'])).toBe(30);
});
