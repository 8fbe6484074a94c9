import { rmSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type Config, readConfig } from '../config.js';
import { resetEmbeddedPostgres } from '../embedded/remove.js';
import { createLogger } from '../kernel/logger.js';
import { startProcess } from '../main.js';
import { UsageError } from './command.js';
import { type DemoOrganization, demoOrganization } from './demo-organization.js';
import { showProgress } from './simulator/progress.js';
import { renderReport } from './simulator/report.js';
import { simulate } from './simulator/run.js';

const USAGE = 'usage: npm run demo -- [--port N] [--reset] [--once]';
const PEOPLE = 500;
const GROUPS = 20;
/** How many ports in a row are tried before giving up. */
const PORTS_TRIED = 20;

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** `npm run demo`: the whole product in one process, with a simulated provider that pushes a company into it. */
async function main(argv: string[]): Promise<number> {
  const options = readOptions(argv);
  const config = readConfig();
  if (options.reset) {
    await resetEmbeddedPostgres(config.dataDir, say);
    rmSync(path.join(config.dataDir, 'demo.json'), { force: true });
    say(`the data in ${config.dataDir} is deleted`);
  }
  const port = await freePort(config.host, options.port ?? config.port);
  const demoConfig: Config = { ...config, port, role: 'all', logLevel: 'warn' };
  const running = await startProcess(demoConfig, createLogger('warn'), say);
  const stopped = new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  try {
    const demo = await demoOrganization(running.database, config.dataDir);
    process.stdout.write(describe(running.url, demo));
    const work = pushCompany(running.url, demo);
    if (options.once) return (await work) ? 0 : 1;
    await Promise.race([work, stopped]);
    say('\nRollcall keeps running. Ctrl-C stops it; the data stays (`npm run demo -- --reset` deletes it).');
    await stopped;
    return 0;
  } finally {
    await running.stop();
  }
}

function readOptions(argv: string[]) {
  try {
    const { values } = parseArgs({
      args: argv,
      options: { port: { type: 'string' }, reset: { type: 'boolean' }, once: { type: 'boolean' } },
    });
    const port = values.port === undefined ? undefined : Number(values.port);
    if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65_536)) {
      throw new Error(`--port must be a number from 1 to 65535, not '${values.port}'`);
    }
    return { port, reset: values.reset === true, once: values.once === true };
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n${USAGE}`);
  }
}

/** The port asked for, or the next one that nobody listens on; says so when it is not the one asked for. */
async function freePort(host: string, wanted: number): Promise<number> {
  for (let port = wanted; port < wanted + PORTS_TRIED; port += 1) {
    if (!(await isFree(host, port))) continue;
    if (port !== wanted) say(`port ${wanted} is busy: using ${port}`);
    return port;
  }
  throw new UsageError(
    `The ports ${wanted} to ${wanted + PORTS_TRIED - 1} are all busy. Choose another with --port N.`,
  );
}

const isFree = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = net.createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, host, () => probe.close(() => resolve(true)));
  });

const describe = (url: string, demo: DemoOrganization): string => `
  GraphQL    ${url}/graphql   (open it in a browser; header: {"Authorization": "Bearer ${demo.apiToken}"})
  SCIM       ${url}/scim/v2
  token      ${demo.token}
  Basic      ${demo.clientId}:${demo.clientSecret}
  outbox     ${url}/outbox   (every mail, with its links)
  health     ${url}/readyz   ${url}/metrics

A simulated identity provider now pushes ${PEOPLE} people and ${GROUPS} groups.

`;

async function pushCompany(url: string, demo: DemoOrganization): Promise<boolean> {
  const report = await simulate({
    idp: 'entra',
    base: `${url}/scim/v2`,
    token: demo.token,
    users: PEOPLE,
    groups: GROUPS,
    // The same company at every start: the second time its people are found, linked and brought up to date.
    seed: 'demo',
    graphql: { url: `${url}/graphql`, token: demo.apiToken },
    progress: showProgress(process.stderr),
  });
  process.stdout.write(`\n${renderReport(report)}`);
  return report.ok;
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    const isPlain =
      error instanceof UsageError ||
      (error instanceof Error && ('code' in error || error.name === 'ConfigError'));
    say(isPlain ? (error as Error).message : String((error as Error).stack));
    process.exit(1);
  },
);
