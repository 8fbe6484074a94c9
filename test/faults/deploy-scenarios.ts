import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { Balancer } from './balancer.js';
import { type Scenario, seconds } from './scenario.js';
import type { World } from './world.js';

/** What the next version adds: expand, so that this version can go on beside it. */
const NEXT_MIGRATION = `
import { Migration } from '@mikro-orm/migrations';
export class Next extends Migration {
  up() {
    this.addSql('alter table users add column pronouns text');
    this.addSql('alter table memberships add column reason text');
    this.addSql('create table badges (organization_id uuid not null, id uuid not null, primary key (organization_id, id))');
    this.addSql("select protect_organization_rows('badges')");
  }
}
`;

/** The built product as its next version: the same with one more migration. */
function buildNext(world: World): string {
  const folder = path.join(world.folder, 'next');
  const dist = path.join(folder, 'dist');
  fs.cpSync(world.options.dist, dist, { recursive: true });
  fs.symlinkSync(path.resolve(world.options.dist, '../node_modules'), path.join(folder, 'node_modules'));
  fs.copyFileSync(path.resolve(world.options.dist, '../package.json'), path.join(folder, 'package.json'));
  fs.cpSync(path.resolve(world.options.dist, '../graphql'), path.join(folder, 'graphql'), {
    recursive: true,
  });
  fs.writeFileSync(path.join(dist, 'migrations', '9001-next.js'), NEXT_MIGRATION);
  const file = path.join(dist, 'src', 'migrate.js');
  const source = fs.readFileSync(file, 'utf8');
  const changed = source.replace(
    /(const MIGRATIONS = \[[\s\S]*?)\n\];/,
    "$1\n    { name: '9001-next', class: Next },\n];",
  );
  if (changed === source) throw new Error('The list of migrations was not found in dist/src/migrate.js.');
  fs.writeFileSync(file, `import { Next } from '../migrations/9001-next.js';\n${changed}`);
  return dist;
}

async function migrateBy(dist: string, url: string): Promise<void> {
  const child = spawn(process.execPath, [path.join(dist, 'src/cli/migrate.js')], {
    cwd: path.dirname(dist),
    env: { PATH: process.env.PATH, DATABASE_URL: url },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += String(chunk);
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`The migration ended with ${code}: ${said}`);
}

/** One after the other: a new one is ready before an old one is told to end. */
async function roll(world: World, dist: string): Promise<void> {
  for (const [role, nodes] of [
    ['api', world.apis],
    ['worker', world.workers],
  ] as const) {
    for (let left = nodes.length; left > 0; left -= 1) {
      const fresh = await world.startNode(role, { dist });
      await fresh.server.whenReady();
      const old = nodes.shift();
      const ended = await old?.server.terminate();
      if (ended?.code !== 0) throw new Error(`${old?.server.settings.name} ended with ${ended?.code}.`);
    }
  }
}

/** A transaction that reads, and keeps the table it read for a while: the migration has to wait for it. */
async function dawdle(url: string, ms: number): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('begin');
  await client.query('select from users limit 1');
  await sleep(ms);
  await client.end();
}

export const rollingDeploy: Scenario = {
  id: 'F17',
  fault: 'a rolling deployment to the next version with a migration, and back to this one, under load',
  promise:
    'no request fails; either version works on the new schema; a migration holds nobody up for more than 2 s',
  async run(world, size, histories) {
    const next = buildNext(world);
    await world.startNodes(2, 1);
    const balancer = new Balancer(() => world.apis);
    while (balancer.targets().length < 2) await sleep(20);
    const { load, history } = world.load({ targets: balancer.targets, writers: size === 'small' ? 4 : 8 });
    histories.push(history);
    await history.nextSuccess();
    const began = performance.now();
    const dawdling = dawdle(world.postgres.adminUrl, 6_000);
    await sleep(200);
    await migrateBy(next, world.postgres.url);
    await dawdling;
    const migrated = performance.now();
    const worst = history.quantile(1, began, migrated);
    // The old version restarts on the new schema, as it would after a crash in the middle of a deployment.
    await roll(world, world.options.dist);
    await roll(world, next);
    while (size === 'full' && history.size() < 25_000) await sleep(250);
    await roll(world, world.options.dist);
    while (size === 'full' && history.size() < 30_000) await sleep(250);
    await balancer.stop();
    const { settledMs } = await world.check(load, history);
    const failed = [...history.statuses].filter(
      ([status]) => status >= 500 || status === 0 || status === 429,
    );
    if (failed.length > 0)
      history.violated('F17', `requests failed: ${failed.map((pair) => pair.join(' x '))}`);
    return {
      injections: 4,
      measured: `${failed.reduce((sum, [, count]) => sum + count, 0)} of ${history.size()} requests failed over three rolling deployments and a migration behind a transaction of 6 s; the slowest answer meanwhile took ${seconds(worst)}; settled ${seconds(settledMs)} after the load`,
    };
  },
};
