import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '../load/client.mjs';
import { openLoop } from '../load/open-loop.mjs';
import { percentiles } from '../load/statistics.mjs';
import { groupBody, patchBody } from './directory.mjs';

const GROUPS = 20;
const LOOK_EVERY_MS = 20;
/** After this long without an effect a change counts as lost. */
const GIVE_UP_MS = 60_000;

/**
 * From the answer to a change of one member until a look at the database no longer finds it waiting: `rate` changes a
 * second, the first half joins and the second half leaves again. The looks are 20 ms apart, so the times are upper bounds.
 */
export async function appliedLatency({ directory, rate, seconds, waitingOf }) {
  const client = new Client(directory.base, directory.token, { connections: 64 });
  const groups = [];
  for (let n = 0; n < GROUPS; n += 1) {
    const { body } = await client.must('POST', '/Groups', groupBody(`Applied ${Date.now()} ${n}`, []));
    groups.push(body.id);
  }
  const half = (rate * seconds) / 2;
  const pairs = Array.from({ length: half }, (_, n) => ({
    group: groups[n % GROUPS],
    person: directory.personId(Math.floor(n / GROUPS) % directory.people),
  }));
  if (half > GROUPS * directory.people) throw new Error('more changes than pairs of a person and a group');

  const answered = new Map();
  const times = [];
  const [refused, unapplied] = [new Map(), new Set()];
  let over = false;
  const looking = (async () => {
    while (!over || answered.size > 0) {
      const before = [...answered];
      const waiting = new Set(await waitingOf(directory));
      const now = performance.now();
      for (const [key, at] of before) {
        const lost = now - at > GIVE_UP_MS;
        if (waiting.has(key) && !lost) continue;
        if (lost) unapplied.add(key);
        times.push(now - at);
        answered.delete(key);
      }
      await sleep(LOOK_EVERY_MS);
    }
  })();
  await openLoop({
    rate,
    seconds,
    work: async (n) => {
      const { group, person } = pairs[n % half];
      const operation =
        n < half
          ? { op: 'add', path: 'members', value: [{ value: person }] }
          : { op: 'remove', path: `members[value eq "${person}"]` };
      const { status } = await client.send('PATCH', `/Groups/${group}`, patchBody(operation));
      if (status >= 300) refused.set(status, (refused.get(status) ?? 0) + 1);
      else answered.set(`${group} ${person}`, performance.now());
    },
  });
  over = true;
  await looking;
  client.end();
  return {
    changes: times.length,
    ...percentiles(times),
    max: Math.max(...times),
    unapplied: unapplied.size,
    refused: Object.fromEntries(refused),
  };
}
