import path from 'node:path';
import { installPeers } from '../machine/peers.mjs';
import { hasRedis, startRedis } from '../machine/redis.mjs';
import { startFloor } from './floor.mjs';
import { startRollcall } from './rollcall.mjs';

/** Starts every target whose name is wanted. `stop` stops those that started, whatever happened to the others. */
export async function startTargets({ postgres, folder, say }, wanted) {
  const stops = [];
  const targets = [];
  const add = async (name, start) => {
    if (!wanted(name)) return;
    say(`starting ${name}`);
    const target = await start();
    targets.push(target);
    stops.unshift(() => target.stop());
  };
  const stop = async () => {
    for (const one of stops) await one();
  };
  try {
    await add('floor', () => startFloor({ postgres }));
    await add('Rollcall, PostgreSQL queue', () => startRollcall({ postgres, folder }));
    if (!hasRedis()) say('there is no redis-server: Rollcall with a Redis queue is left out');
    else {
      await add('Rollcall, Redis queue', async () => {
        const redis = await startRedis(path.join(folder, 'redis'));
        stops.unshift(() => redis.stop());
        return startRollcall({ postgres, folder, redisUrl: redis.url });
      });
    }
    for (const [name, start] of [
      ['scimmy-routers', 'startScimmy'],
      ['saml-jackson', 'startJackson'],
    ]) {
      await add(name, async () => {
        installPeers(say);
        const peers = await import('./peers.mjs');
        return peers[start]({ postgres });
      });
    }
    return { targets, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
