import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Balancer } from './balancer.js';
import { maximum, type Scenario, seconds } from './scenario.js';

export const stopGracefully: Scenario = {
  id: 'F16',
  fault:
    'SIGTERM under load: requests under way, kept-alive connections, half a body; and a worker with jobs',
  promise:
    'what was accepted is answered, nobody hears a 5xx, the process ends with 0 within 10 s; jobs are given back',
  async run(world, size, histories) {
    await world.startNodes(2, 2);
    const balancer = new Balancer(() => world.apis);
    while (balancer.targets().length < 2) await sleep(20);
    const { load, history } = world.load({ targets: balancer.targets });
    histories.push(history);
    const ends: number[] = [];
    const rounds = size === 'small' ? 1 : 10;
    for (let round = 0; round < rounds; round += 1) {
      await history.nextSuccess();
      await sleep(500);
      const [old, oldWorker] = [world.apis[0], world.workers[0]];
      if (!old || !oldWorker) throw new Error('There is nothing to stop.');
      const half = await halfARequest(old.server.port);
      for (const { server } of [old, oldWorker]) {
        const ended = await server.terminate();
        ends.push(ended.ms);
        if (ended.code !== 0)
          history.violated('F16', `${server.settings.name} ended with ${ended.code} ${ended.signal}`);
        if (ended.ms > 10_000) history.violated('F16', `${server.settings.name} took ${ended.ms} ms to end`);
      }
      half.destroy();
      world.apis.shift();
      world.workers.shift();
      if (round + 1 < rounds) {
        const fresh = [await world.startNode('api'), await world.startNode('worker')];
        await Promise.all(fresh.map(({ server }) => server.whenReady()));
      }
    }
    await balancer.stop();
    const { settledMs } = await world.check(load, history);
    const failed = [...history.statuses].filter(([status]) => status >= 500 || status === 0);
    if (failed.length > 0) history.violated('F16', `requests failed: ${failed.map((f) => f.join(' x '))}`);
    return {
      injections: ends.length,
      measured: `${history.size()} requests, ${failed.length === 0 ? 'none' : failed.map(([, count]) => count)} failed over ${ends.length} stops; the slowest took ${seconds(maximum(ends))}; settled ${seconds(settledMs)} after the load`,
    };
  },
};

/** A client that has sent the head and half of the body, and says nothing more. */
async function halfARequest(port: number): Promise<net.Socket> {
  const socket = net.connect(port, '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(
    'POST /scim/v2/Users HTTP/1.1\r\nHost: x\r\nContent-Type: application/scim+json\r\nContent-Length: 500\r\n\r\n{"us',
  );
  return socket;
}
