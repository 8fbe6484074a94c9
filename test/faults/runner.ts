import fs from 'node:fs';
import path from 'node:path';
import { ensureBuilt } from '../../src/cli/bootstrap-build.mjs';
import { redisAvailable } from '../support/redis.js';
import type { History } from './history.js';
import type { Report, Scenario, Size } from './scenario.js';
import { SCENARIOS } from './scenarios.js';
import { World, type WorldOptions } from './world.js';

export interface RunOptions {
  seed: number;
  size: Size;
  only?: string[];
  /** How long the combined nemesis (F20) goes on. */
  minutes?: number;
  /** Seconds it rests between two faults, at most. */
  rest?: number;
  /** Where the results go as JSON. */
  json?: string;
  /** Where they go as the table of docs/reliability.md. */
  markdown?: string;
}

export interface Row extends Report {
  id: string;
  fault: string;
  promise: string;
  seconds: number;
  acks: number;
  violations: string[];
}

/** The product as it is delivered: compiled, in `dist`. */
export async function builtProduct(root = process.cwd()): Promise<string> {
  await ensureBuilt(root, process.execPath);
  return path.join(root, 'dist');
}

/** Runs one scenario in a world of its own; what broke a promise is in the row. */
export async function runScenario(scenario: Scenario, size: Size, options: WorldOptions): Promise<Row> {
  const started = performance.now();
  const histories: History[] = [];
  const violations: string[] = [];
  let report: Report = { injections: 0, measured: '' };
  let world: World | undefined;
  try {
    world = await World.start({ ...options, ...scenario.world, redis: options.redis });
    report = await scenario.run(world, size, histories);
  } catch (error) {
    violations.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  } finally {
    await world?.close();
  }
  violations.push(...histories.flatMap((history) => history.violations));
  const acks = histories.reduce((sum, history) => sum + history.acks, 0);
  const { id, fault, promise } = scenario;
  return { id, fault, promise, ...report, acks, violations, seconds: (performance.now() - started) / 1_000 };
}

/** All scenarios, or some, one after the other; says what it finds as it goes. Whether every promise was kept. */
export async function runScenarios(options: RunOptions): Promise<boolean> {
  const { seed, size, only } = options;
  console.log(`seed ${seed} (repeat with --seed ${seed}), size ${size}`);
  const dist = await builtProduct();
  const rows: Row[] = [];
  for (const scenario of SCENARIOS(options)) {
    if (only && !only.includes(scenario.id)) continue;
    const row = await runScenario(scenario, size, { seed, dist, redis: redisAvailable });
    rows.push(row);
    const verdict = row.violations.length > 0 ? 'BROKEN' : row.skipped ? 'skipped' : 'kept';
    console.log(
      `${row.id.padEnd(4)} ${verdict.padEnd(8)} ${row.seconds.toFixed(0).padStart(4)} s  ${row.fault}`,
    );
    if (row.measured) console.log(`       ${row.measured}`);
    if (row.skipped) console.log(`       not run: ${row.skipped}`);
    for (const violation of row.violations) console.log(`       ${violation}`);
  }
  const broken = rows.filter(({ violations }) => violations.length > 0);
  const skipped = rows.filter((row) => row.skipped !== undefined);
  const sum = (of: (row: Row) => number) => rows.reduce((total, row) => total + of(row), 0);
  console.log(
    `${rows.length - broken.length} of ${rows.length} kept (${skipped.length} with parts not run), ${sum((row) => row.injections)} injections, ${sum((row) => row.acks)} writes acknowledged, seed ${seed}`,
  );
  if (options.json !== undefined)
    fs.writeFileSync(options.json, `${JSON.stringify({ seed, size, rows }, null, 2)}\n`);
  if (options.markdown !== undefined) fs.writeFileSync(options.markdown, tableOf(rows));
  return broken.length === 0;
}

/** As docs/reliability.md has it: fault, what is promised, what was measured, how to run it. */
function tableOf(rows: readonly Row[]): string {
  const lines = rows.map(({ id, fault, promise, measured, skipped, violations }) => {
    const seen = violations.length > 0 ? `**broken**: ${violations[0]}` : measured;
    const found = skipped === undefined ? seen : `not run: ${skipped}`;
    return `| ${id} | ${fault} | ${promise} | ${found.replaceAll('|', '/')} | \`--only ${id}\` |`;
  });
  return ['| | fault | promised | measured | run |', '|---|---|---|---|---|', ...lines, ''].join('\n');
}
