import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Scenario, seconds } from './scenario.js';

/** What is left free when the ballast is in: a few seconds of the load. */
const LEFT_MB = 6;

export const fullDisk: Scenario = {
  id: 'F10',
  fault: 'the disk of PostgreSQL is full',
  promise: 'errors are 503, nothing acknowledged is lost; 2xx again within 5 s of there being room',
  world: { disk: true, postgres: { max_wal_size: '64MB', min_wal_size: '32MB', wal_keep_size: '0' } },
  async run(world, size, histories) {
    const { disk } = world;
    if (!disk) return { injections: 0, measured: '', skipped: 'only root may mount a small disk' };
    await world.startNodes(1, 1);
    const { load, history } = world.load();
    histories.push(history);
    const recovered: number[] = [];
    let panics = 0;
    const rounds = size === 'small' ? 1 : 5;
    for (let round = 0; round < rounds; round += 1) {
      await history.nextSuccess();
      const ballast = path.join(disk, 'ballast');
      const { bavail, bsize } = fs.statfsSync(disk);
      fs.writeFileSync(ballast, Buffer.alloc(Math.max(0, bavail * bsize - LEFT_MB * 1_048_576)));
      const acks = history.acks;
      const end = performance.now() + 60_000;
      const isFull = () => fs.statfsSync(disk).bavail * bsize < 65_536 || !world.postgres.isRunning();
      while (!isFull() && performance.now() < end) {
        fs.appendFileSync(ballast, Buffer.alloc(8_192));
        await sleep(20);
      }
      if (!isFull()) history.violated('F10', `the disk did not fill: ${history.acks - acks} writes went on`);
      await sleep(2_000);
      if (!world.postgres.isRunning()) panics += 1;
      fs.rmSync(ballast);
      const room = performance.now();
      await world.postgres.start();
      recovered.push((await history.nextSuccess(room)) - room);
    }
    const { settledMs } = await world.check(load, history);
    if (Math.max(...recovered) > 60_000) history.violated('F10', 'it took more than a minute to recover');
    return {
      injections: rounds,
      measured: `${history.acks} writes acknowledged; full ${rounds} times, PostgreSQL gave up ${panics} times; first success ${seconds(Math.max(...recovered))} (worst) after there was room; settled ${seconds(settledMs)} after the load`,
    };
  },
};
