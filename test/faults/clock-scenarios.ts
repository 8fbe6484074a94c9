import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Scenario, seconds } from './scenario.js';

/** The library of the Debian package `libfaketime`; FAKETIME_LIB names another place. */
const library = (): string | undefined =>
  process.env.FAKETIME_LIB ?? fs.globSync('/usr/lib/*/faketime/libfaketime.so.1')[0];

/** Times that rows carry: all of them are PostgreSQL's, whatever a process believes. */
const TIMES = [
  'select max(abs(extract(epoch from at - now()))) as off from audit_log',
  'select max(abs(extract(epoch from at - now()))) as off from provisioning_log',
  'select max(abs(extract(epoch from created_at - now()))) as off from users',
  'select max(abs(extract(epoch from accepted_at - now()))) as off from memberships',
];

/** Every row is younger, and the nearest of the wrong clocks is twice as far away. */
const HALF_AN_HOUR_S = 1_800;

export const wrongClocks: Scenario = {
  id: 'F9',
  fault: 'processes whose clocks are an hour fast and an hour slow, and jump back while they run',
  promise: 'every time that decides something is PostgreSQL’s: nothing is early, late, lost or refused',
  async run(world, size, histories) {
    const preload = library();
    if (!preload)
      return { injections: 0, measured: '', skipped: 'libfaketime is not installed (apt: libfaketime)' };
    const jumping = `${world.folder}/clock`;
    fs.writeFileSync(jumping, '+1h\n');
    const clock = { LD_PRELOAD: preload, FAKETIME_DONT_FAKE_MONOTONIC: '1', FAKETIME_NO_CACHE: '1' };
    await world.startNode('api', { env: { ...clock, FAKETIME_TIMESTAMP_FILE: jumping } });
    await world.startNode('api', { env: { ...clock, FAKETIME: '-1h' } });
    await world.startNode('worker', { env: { ...clock, FAKETIME: '+1h' } });
    await world.startNode('worker', { env: { ...clock, FAKETIME: '-1h' } });
    await Promise.all(world.nodes().map(({ server }) => server.whenReady()));
    const { load, history } = world.load();
    histories.push(history);
    await history.nextSuccess();
    const jumps = ['-1h', '+1h', '+0', '-2h'];
    for (const jump of jumps) {
      await sleep(size === 'small' ? 1_000 : 10_000);
      fs.writeFileSync(jumping, `${jump}\n`);
    }
    await sleep(1_000);
    const { settledMs } = await world.check(load, history);
    for (const statement of TIMES) {
      const [row] = await world.sql<{ off: string | null }>(statement);
      if (Number(row?.off ?? 0) > HALF_AN_HOUR_S)
        history.violated('F9', `a row is ${row?.off} s off: ${statement}`);
    }
    const failed = [...history.statuses].filter(([status]) => status >= 500 || status === 0);
    if (failed.length > 0) history.violated('F9', `requests failed: ${failed}`);
    return {
      injections: 4 + jumps.length,
      measured: `${history.acks} writes acknowledged by processes two hours apart, none failed; no row carries a time of theirs; settled ${seconds(settledMs)} after the load`,
    };
  },
};
