import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasRedis, startRedis } from '../machine/redis.mjs';
import { waitingIn } from '../targets/rollcall.mjs';
import { effectsOf, mixedLoad, secondsUntilApplied, summary } from './load.mjs';
import { startHouse } from './processes.mjs';

const CLUSTERED = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '2000'];

/** What the cluster says of itself, once the nodes have heard of each other. */
async function settledState(port) {
  for (let look = 0; ; look += 1) {
    const info = execFileSync('redis-cli', ['-p', String(port), 'cluster', 'info'], { encoding: 'utf8' });
    const [state] = /cluster_state:\w+/.exec(info) ?? ['no cluster'];
    if (state === 'cluster_state:ok' || look === 50) return state;
    await sleep(300);
  }
}

/** A Redis Cluster of three nodes, and a worker that is told of one of them. */
export async function tryCluster(use) {
  if (!hasRedis()) return ['redis-server is not installed: not tried'];
  const nodes = [];
  for (const name of ['1', '2', '3']) {
    const folder = path.join(use.folder, `cluster-${Date.now()}-${name}`);
    const node = await startRedis(folder, CLUSTERED);
    nodes.push(node);
    use.stops.push(() => node.stop());
  }
  const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
  execFileSync('redis-cli', ['--cluster', 'create', ...addresses, '--cluster-yes'], { stdio: 'ignore' });
  const state = await settledState(nodes[0].port);
  const { client, directories, processes } = await startHouse(use, 'bench_cluster', [
    ['api', { REDIS_URL: nodes[0].url.replace('redis:', 'redis+cluster:') }],
    ['worker', { REDIS_URL: nodes[0].url.replace('redis:', 'redis+cluster:') }],
  ]);
  const load = await mixedLoad({ directories, seconds: use.seconds });
  const waited = await secondsUntilApplied(client, directories[0], waitingIn);
  const { active } = await effectsOf(client, directories[0], load.group);
  const metrics = await (await fetch(`${processes[1].url}/metrics`)).text();
  const swept = [...metrics.matchAll(/^rollcall_swept_total(?:\{[^}]*\})? (\d+)/gm)].reduce(
    (sum, [, n]) => sum + Number(n),
    0,
  );
  const moved = /MOVED[^"\n]{0,40}|CROSSSLOT[^"\n]{0,60}/.exec(processes[1].child.output)?.[0];
  const info = nodes.map(({ port }) =>
    execFileSync('redis-cli', ['-p', String(port), 'dbsize'], { encoding: 'utf8' }).trim(),
  );
  return [
    `${state}, three nodes, ${info.join(' / ')} keys: ${summary(load)}`,
    `${load.members} members accepted, ${active} in effect ${waited?.toFixed(1)} s after the last answer; ` +
      `${swept} were found by the sweeper instead of the queue${moved ? ` (the queue: ${moved})` : ''}`,
  ];
}
