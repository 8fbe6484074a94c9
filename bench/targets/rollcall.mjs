import path from 'node:path';
import pg from 'pg';
import { NODE_FLAGS } from '../../src/cli/bootstrap-node-flags.mjs';
import { endpointOf } from '../load/endpoint.mjs';
import { Child } from '../machine/child.mjs';
import { groupId, personId } from '../mixes/directory.mjs';
import { seedOrganization, settleStatistics } from './rollcall-seed.mjs';

const MAIN = path.resolve(import.meta.dirname, '../../dist/src/main.js');

/** One connection may send as fast as it can; everything else is as delivered. */
const UNPACED = { SCIM_REQUESTS_PER_SECOND: '100000', SCIM_BURST: '1000000', SCIM_HELD_BACK: '10000' };

/** A process of the built product; `ready` in `base` says where. */
export async function startRollcallProcess(name, env) {
  const settings = { HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'warn', ...UNPACED, ...env };
  const child = new Child(name, MAIN, settings, NODE_FLAGS);
  return { child, url: await child.ready() };
}

/** What a load has to know of an organization that was seeded in a database of the product. */
export function directoryOf(url, { number, people }, { organization, scimToken, apiToken }) {
  const base = `${url}/scim/v2`;
  return {
    people,
    organization,
    base,
    token: scimToken,
    endpoint: endpointOf(base, scimToken),
    graphql: { base: url, token: apiToken, endpoint: endpointOf(url, apiToken, 'application/json') },
    personId: (i) => personId(number, i),
    groupId: (members) => groupId(number, members),
  };
}

/** The memberships of an organization that are accepted and not applied yet, as `group person`. */
export async function waitingIn(client, { organization }) {
  await client.query(`select set_config('app.organization_id', $1, false)`, [organization]);
  const { rows } = await client.query(
    `select group_id || ' ' || user_id as pair from memberships where organization_id = $1 and state <> 'active'`,
    [organization],
  );
  return rows.map(({ pair }) => pair);
}

/** The product as one process that does everything (ROLE=all), with its queue on PostgreSQL or, given a URL, on Redis. */
export async function startRollcall({ postgres, folder, redisUrl }) {
  const name = redisUrl ? 'Rollcall, Redis queue' : 'Rollcall, PostgreSQL queue';
  const database = redisUrl ? 'bench_rollcall_redis' : 'bench_rollcall';
  const url = await postgres.createDatabase(database);
  const env = {
    DATABASE_URL: url,
    DATA_DIR: path.join(folder, database),
    ...(redisUrl && { REDIS_URL: redisUrl }),
  };
  const { child, url: address } = await startRollcallProcess(name, env);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return {
    name,
    children: [child],
    database,
    hasGraphql: true,
    async directory(wanted) {
      const seeded = await seedOrganization(client, wanted);
      await settleStatistics(client);
      return directoryOf(address, wanted, seeded);
    },
    waitingOf: (directory) => waitingIn(client, directory),
    /** Until the worker has caught up: what one mix left behind must not be paid for by the next. */
    async settle(directory) {
      while ((await waitingIn(client, directory)).length > 0)
        await new Promise((done) => setTimeout(done, 50));
    },
    async stop() {
      await client.end();
      await child.stop();
    },
  };
}
