import { once } from 'node:events';
import net from 'node:net';
import { PassThrough } from 'node:stream';
import { Jobs, QUEUES } from '../../src/kernel/jobs.js';
import { createLogger } from '../../src/kernel/logger.js';
import { eventually } from '../workers/asynchronous.js';

// A worker without its Redis wrote seven lines a second, two for each connection that tried again, until the disk was full.
it('a Redis that is away is one line in the log, however many connections try again', async () => {
  let refused = 0;
  const away = net.createServer((socket) => {
    refused += 1;
    socket.resetAndDestroy();
  });
  away.listen(0, '127.0.0.1');
  await once(away, 'listening');
  const { port } = away.address() as net.AddressInfo;
  const lines: string[] = [];
  const log = new PassThrough().on('data', (line) => lines.push(String(line)));
  const jobs = new Jobs({
    redisUrl: `redis://127.0.0.1:${port}`,
    databaseUrl: '',
    logger: createLogger('info', log),
  });
  for (const name of QUEUES) jobs.work(name, 1, async () => {});
  await eventually('they tried again', async () => refused > 4 * QUEUES.length);
  const kinds = new Set(lines.map((line) => JSON.parse(line).err.message));
  expect(lines.length).toBeGreaterThan(0);
  expect(lines).toHaveLength(kinds.size);
  expect(kinds.size).toBeLessThan(4);
  await jobs.close();
  away.close();
});
