import { newId } from '../../src/kernel/ids.js';
import { Jobs } from '../../src/kernel/jobs.js';
import { createLogger } from '../../src/kernel/logger.js';
import { startGreeter } from '../workers/postgres-greeter.js';

const oneJob = () => [
  { queue: 'mail' as const, id: newId(), payload: { organizationId: newId(), ids: {}, requestId: 'r' } },
];

// BullMQ hears what happens to its pool, and not what happens to the connection it has taken out of it: when that was cut while
// a queue was looked at for the first time, the whole process ended.
it('a connection that is cut while a queue starts is a failure of that queue', async () => {
  const greeter = await startGreeter((socket) => socket.destroy());
  const jobs = new Jobs({ redisUrl: undefined, databaseUrl: greeter.url, logger: createLogger('silent') });
  await expect(jobs.add(oneJob())).rejects.toThrow(/terminated|closed|reset/i);
  await jobs.close();
  await greeter.close();
});

// A way that lost its packets without a word was waited for as long as TCP tries, a quarter of an hour.
it('and so is a server that does not answer', async () => {
  const greeter = await startGreeter(() => {});
  const jobs = new Jobs({ redisUrl: undefined, databaseUrl: greeter.url, logger: createLogger('silent') });
  const began = performance.now();
  await expect(jobs.add(oneJob())).rejects.toThrow(/timeout/i);
  expect(performance.now() - began).toBeLessThan(30_000);
  await jobs.close();
  await greeter.close();
});
