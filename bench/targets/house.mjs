import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { directoryOf, startRollcallProcess, waitingIn } from './rollcall.mjs';
import { seedOrganization, settleStatistics } from './rollcall-seed.mjs';

/**
 * A database with organizations of these sizes and one process of the product on it. Filling a million takes minutes, so
 * what was filled is remembered beside the data and used again by a run that asks for the same.
 */
export async function fillHouse({ postgres, folder, name, sizes, groups, open = [0], say }) {
  const note = path.join(folder, `${name}.json`);
  const wanted = JSON.stringify({ sizes, groups, open });
  const before = await filledBefore(postgres, name, note, wanted);
  const url = before ? postgres.urlOf(name) : await postgres.createDatabase(name);
  const { child, url: address } = await startRollcallProcess(name, {
    DATABASE_URL: url,
    DATA_DIR: path.join(folder, name),
  });
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const seeded = before ?? (await fill(client, { name, sizes, groups, open, say }));
  writeFileSync(note, JSON.stringify({ wanted, seeded }));
  return {
    child,
    directories: open.map((i) => directoryOf(address, { number: i + 1, people: sizes[i] }, seeded[i])),
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

async function filledBefore(postgres, name, note, wanted) {
  try {
    const left = JSON.parse(readFileSync(note, 'utf8'));
    const { rowCount } = await postgres.client.query('select from pg_database where datname = $1', [name]);
    return left.wanted === wanted && rowCount === 1 ? left.seeded : undefined;
  } catch {
    return undefined;
  }
}

/** What is needed of the opened ones, by their place. */
async function fill(client, { name, sizes, groups, open, say }) {
  const seeded = {};
  const began = performance.now();
  for (const [i, people] of sizes.entries()) {
    const made = await seedOrganization(client, { number: i + 1, people, groups });
    if (open.includes(i)) seeded[i] = made;
    if (i % 100 === 0) {
      const seconds = Math.round((performance.now() - began) / 1000);
      say(`filling ${name}: ${i + 1} of ${sizes.length} organizations after ${seconds} s`);
    }
  }
  await settleStatistics(client);
  return seeded;
}
