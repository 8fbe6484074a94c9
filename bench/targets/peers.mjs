import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { endpointOf } from '../load/endpoint.mjs';
import { Child } from '../machine/child.mjs';
import { groupId, personId } from '../mixes/directory.mjs';

const FOLDER = path.resolve(import.meta.dirname, '../peers');

/** A peer's adapter is a process that opens and fills a directory when it is told to. */
async function startPeer(name, script, env, more) {
  const child = new Child(name, path.join(FOLDER, script), env);
  const base = await child.ready();
  return {
    name,
    children: [child],
    ...more,
    async directory({ number, people, groups }) {
      const token = randomBytes(24).toString('hex');
      await child.ask('directory', { number, token, people, groups });
      return {
        people,
        base,
        token,
        endpoint: endpointOf(base, token),
        personId: (i) => personId(number, i),
        groupId: (members) => groupId(number, members),
      };
    },
    stop: () => child.stop(),
  };
}

export const startScimmy = () => startPeer('scimmy-routers', 'scimmy-server.mjs', {}, {});

export async function startJackson({ postgres }) {
  const database = 'bench_jackson';
  const url = await postgres.createDatabase(database);
  return startPeer('saml-jackson', 'jackson-server.mjs', { DATABASE_URL: url }, { database });
}
