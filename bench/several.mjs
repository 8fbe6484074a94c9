// Whether the product runs on more than one of everything: tried for real, on this machine.
//
//   npm run build && node bench/several.mjs [--only processes,bouncer,replica,cluster] [--seconds 10] [--data DIR]
//
// Each try starts what it needs, sends reads, writes and membership changes through it, and prints what held. Needs the
// embedded PostgreSQL (no DATABASE_URL); `pgbouncer` (1.21 or newer) and `redis-server` where they are installed. docs/scale.md says what
// follows from it. Loopback only.
import { mkdirSync } from 'node:fs';
import { endingWith } from './machine/ending.mjs';
import { chosen, readOptions } from './machine/options.mjs';
import { Postgres } from './machine/postgres.mjs';
import { tryBouncer } from './several/bouncer.mjs';
import { tryCluster } from './several/cluster.mjs';
import { tryProcesses } from './several/processes.mjs';
import { tryReplica } from './several/replica.mjs';

const options = readOptions({ only: '', seconds: 10 });
const tries = { processes: tryProcesses, bouncer: tryBouncer, replica: tryReplica, cluster: tryCluster };
const say = (line) => process.stderr.write(`${line}\n`);

mkdirSync(options.data, { recursive: true });
const postgres = await Postgres.start(options.data, say);
const stops = [];
const stopAll = async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
};
await endingWith(
  async () => {
    await stopAll();
    await postgres.stop();
  },
  async () => {
    for (const [name, attempt] of Object.entries(tries)) {
      if (!chosen(options.only, name, undefined)) continue;
      try {
        const use = { postgres, folder: options.data, seconds: options.seconds, stops, say };
        for (const line of await attempt(use)) process.stdout.write(`${name}: ${line}\n`);
      } catch (error) {
        process.stdout.write(`${name}: FAILED ${error.message}\n`);
      } finally {
        await stopAll();
      }
    }
  },
);
