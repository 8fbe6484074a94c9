import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLogger } from '../../src/kernel/logger.js';
import { watchAnswer } from '../../src/scim/answer-watch.js';
import { eventually } from '../workers/asynchronous.js';

const CREATED = 1_000;

// The notes of a bulk request that nobody heard the answer to were all taken at once. Half of them were not let in, so that
// half of the repeated creations were 409 (B16), and so were other requests of the organization meanwhile.
it('a bulk answer that is lost is noted one person after another, and nobody is left out', async () => {
  const warnings: Error[] = [];
  const onWarning = (warning: Error) => warnings.push(warning);
  process.on('warning', onWarning);
  let [noted, running, most] = [0, 0, 0];
  const server = http.createServer((_request, response) => {
    const watch = watchAnswer(response, createLogger('silent'));
    for (let person = 0; person < CREATED; person += 1)
      watch.ifLost(async () => {
        running += 1;
        most = Math.max(most, running);
        await Promise.resolve();
        running -= 1;
        noted += 1;
        if (person === 0) throw new Error('This one cannot be noted.');
      });
    client.destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = http.get({ port: (server.address() as AddressInfo).port }).on('error', () => {});
  await eventually('all are noted', async () => noted === CREATED);
  expect(most).toBe(1);
  expect(warnings).toEqual([]);
  process.off('warning', onWarning);
  server.close();
});
