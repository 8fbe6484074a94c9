import { once } from 'node:events';
import http, { type ServerResponse } from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLogger } from '../../../src/kernel/logger.js';
import { watchAnswer } from '../../../src/scim/answer-watch.js';

const logger = createLogger('silent');
const server = http.createServer();
const next = async (): Promise<ServerResponse> => (await once(server, 'request'))[1];

beforeAll(() => once(server.listen(0, '127.0.0.1'), 'listening'));
afterAll(() => server.close());

const request = (): net.Socket => {
  const socket = net.connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n');
  socket.on('error', () => {});
  return socket;
};

describe('watchAnswer (B16)', () => {
  it.each(['destroy', 'end', 'resetAndDestroy'] as const)(
    'notices a connection that the client closes by %s after the change and before the answer',
    async (close) => {
      const arriving = next();
      const socket = request();
      const response = await arriving;
      const watch = watchAnswer(response, logger);
      let notes = 0;
      watch.ifLost(async () => {
        notes += 1;
      });
      expect(watch.isLost()).toBe(false);
      socket[close]();
      await once(response, 'close');
      expect(watch.isLost()).toBe(true);
      response.end('{}');
      await sleep(20);
      expect([notes, watch.isLost()]).toEqual([1, true]);
    },
  );

  it('notes at once what was lost before it asked, and a failing note harms nobody', async () => {
    const arriving = next();
    const socket = request();
    const response = await arriving;
    const watch = watchAnswer(response, logger);
    socket.destroy();
    await once(response, 'close');
    let notes = 0;
    watch.ifLost(async () => {
      notes += 1;
      throw new Error('the database is away');
    });
    await sleep(20);
    expect(notes).toBe(1);
  });

  it('says nothing of an answer that was written', async () => {
    const arriving = next();
    const socket = request();
    const response = await arriving;
    const watch = watchAnswer(response, logger);
    let notes = 0;
    watch.ifLost(async () => {
      notes += 1;
    });
    response.end('{}');
    await once(socket, 'data');
    socket.destroy();
    await sleep(50);
    expect([notes, watch.isLost()]).toEqual([0, false]);
  });
});
