import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '../load/client.mjs';
import { openLoop } from '../load/open-loop.mjs';
import { percentiles } from '../load/statistics.mjs';
import { anyOf, freshName, groupBody, patchBody, personBody } from '../mixes/directory.mjs';

const PER_SECOND = 20;
const PATIENCE = 20;

/**
 * A mix of reads, writes and membership changes, each request to the next of several servers, so that what one was told
 * another has to show. Every person that was created is read back from the following server. Resolves with what went
 * wrong, and with how many members were accepted into `group`.
 */
export async function mixedLoad({ directories, seconds, halfway = () => {} }) {
  const clients = directories.map(({ base, token }) => new Client(base, token, { connections: 16 }));
  const [first] = directories;
  const { body } = await clients[0].must('POST', '/Groups', groupBody(`Several ${Date.now()}`, []));
  const wrong = [];
  const times = [];
  const counts = { again: 0 };
  let members = 0;
  const expect = (answer, isRight, what) => {
    times.push(answer.ms);
    if (answer.status >= 300 || !isRight(answer.body)) wrong.push(`${what}: ${answer.status}`);
  };
  const total = PER_SECOND * seconds;
  await openLoop({
    rate: PER_SECOND,
    seconds,
    async work(n) {
      if (n === Math.floor(total / 2)) halfway();
      const [here, there] = [clients[n % clients.length], clients[(n + 1) % clients.length]];
      try {
        if (n % 4 === 0) {
          const name = freshName();
          const made = await patiently(here, counts, 'POST', '/Users', personBody(name, name));
          expect(made, (user) => user.userName === name, 'create');
          const seen = await patiently(there, counts, 'GET', `/Users/${made.body.id}`);
          expect(seen, (user) => user.userName === name, 'read elsewhere');
        } else if (n % 4 === 1) {
          const add = { op: 'add', path: 'members', value: [{ value: first.personId(Math.floor(n / 4)) }] };
          const answer = await patiently(here, counts, 'PATCH', `/Groups/${body.id}`, patchBody(add));
          expect(answer, () => true, 'add a member');
          if (answer.status < 300) members += 1;
        } else {
          const id = first.personId(anyOf(first.people));
          expect(await patiently(here, counts, 'GET', `/Users/${id}`), (user) => user.id === id, 'get by id');
        }
      } catch (error) {
        wrong.push(error.message);
      }
    },
  });
  for (const client of clients) client.end();
  return {
    wrong,
    again: counts.again,
    members,
    group: body.id,
    requests: times.length,
    ...percentiles(times),
  };
}

/** Seconds until nothing of the organization waits any more; null after a minute. */
export async function secondsUntilApplied(client, directory, waitingIn) {
  const began = performance.now();
  while ((await waitingIn(client, directory)).length > 0) {
    if (performance.now() - began > 60_000) return null;
    await new Promise((done) => setTimeout(done, 50));
  }
  return (performance.now() - began) / 1000;
}

/** Sends it again while the answer is 503, as every provider does: it says that nothing was changed. */
async function patiently(client, counts, ...request) {
  for (let again = 0; ; again += 1) {
    const answer = await client.send(...request);
    if (answer.status !== 503 || again === PATIENCE) return answer;
    counts.again += 1;
    await sleep(500);
  }
}

/** What became true of a group, by the database: members in effect, and how often each joined. */
export async function effectsOf(client, { organization }, group) {
  await client.query(`select set_config('app.organization_id', $1, false)`, [organization]);
  const active = await client.query(
    `select count(*)::int as count from memberships where organization_id = $1 and group_id = $2 and state = 'active'`,
    [organization, group],
  );
  const twice = await client.query(
    `select count(*)::int as count from (select user_id from membership_events
       where organization_id = $1 and group_id = $2 and kind = 'active' group by user_id having count(*) > 1) repeated`,
    [organization, group],
  );
  return { active: active.rows[0].count, twice: twice.rows[0].count };
}

export const summary = ({ requests, wrong, again, p50, p99 }) =>
  `${requests} requests, ${wrong.length} wrong${wrong.length > 0 ? ` (${[...new Set(wrong)].slice(0, 3).join('; ')})` : ''}, ` +
  `${again} sent again after 503, p50 ${Math.round(p50)} ms, p99 ${Math.round(p99)} ms`;
