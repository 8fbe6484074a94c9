import path from 'node:path';
import pg from 'pg';
import { directoryOf, startRollcallProcess, waitingIn } from '../targets/rollcall.mjs';
import { seedOrganization } from '../targets/rollcall-seed.mjs';
import { effectsOf, mixedLoad, secondsUntilApplied, summary } from './load.mjs';

const PEOPLE = 1000;
const WANTED = { number: 1, people: PEOPLE };

/**
 * A database of its own, seeded, and processes of the product on it: one for each `[role, settings]`. Every part is
 * stopped by whoever called.
 */
export async function startHouse({ postgres, folder, stops }, name, roles) {
  const url = await postgres.createDatabase(name);
  const processes = [];
  for (const [i, [role, settings]] of roles.entries()) {
    const env = { DATABASE_URL: url, DATA_DIR: path.join(folder, name), ROLE: role, ...settings };
    const one = await startRollcallProcess(`${role} ${i + 1}`, env);
    processes.push({ role, ...one });
    stops.push(() => one.child.stop());
  }
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  stops.push(() => client.end());
  const seeded = await seedOrganization(client, WANTED);
  const directories = processes
    .filter(({ role }) => role === 'api')
    .map((one) => directoryOf(one.url, WANTED, seeded));
  return { url, client, processes, directories, seeded };
}

/** Two API processes and two workers on one database; one of the workers is killed halfway. */
export async function tryProcesses(use) {
  const roles = ['api', 'api', 'worker', 'worker'].map((role) => [role, {}]);
  const { client, processes, directories } = await startHouse(use, 'bench_several', roles);
  const load = await mixedLoad({
    directories,
    seconds: use.seconds,
    halfway: () => processes[3].child.process.kill('SIGKILL'),
  });
  const waited = await secondsUntilApplied(client, directories[0], waitingIn);
  const { active, twice } = await effectsOf(client, directories[0], load.group);
  return [
    `two API processes, two workers, one worker killed halfway: ${summary(load)}`,
    `${load.members} members accepted, ${active} in effect ${waited?.toFixed(1)} s after the last answer, ${twice} applied twice`,
  ];
}
