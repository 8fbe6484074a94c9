import { rmSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type Config, readConfig } from '../config.js';
import { resetEmbeddedPostgres } from '../embedded/remove.js';
import { explainFailure } from '../explain-failure.js';
import type { Context } from '../kernel/context.js';
import { createLogger } from '../kernel/logger.js';
import { startProcess } from '../main.js';
import { createOrigin } from '../origin.js';
import { exitCodeOf, toldToEnd } from '../told-to-end.js';
import { UsageError } from './command.js';
import { type DemoOrganization, demoOrganization } from './demo-organization.js';
import { PushedCompany } from './simulator/identity-provider/directory.js';
import type { IdentityProvider } from './simulator/identity-provider/server.js';
import { Company } from './simulator/people.js';
import { showProgress } from './simulator/progress.js';
import { provider } from './simulator/providers.js';
import { renderReport } from './simulator/report.js';
import { simulate } from './simulator/run.js';

const USAGE = 'usage: npm run demo -- [--port N] [--reset] [--once]';
const PEOPLE = 500;
const GROUPS = 20;
/** The same company at every start: the second time its people are found, linked and brought up to date. */
const SEED = 'demo';
/** How many ports in a row are tried before giving up. */
const PORTS_TRIED = 20;

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/**
 * `npm run demo`: the whole product in one process, with a simulated provider that pushes a company into it and signs its
 * people in. Never in production: the provider asks nobody for a password.
 */
async function main(argv: string[]): Promise<number> {
  const options = readOptions(argv);
  const config = readConfig();
  if (config.production) throw new UsageError('The demo does not run with NODE_ENV=production.');
  // What it is made of is there to develop with, and not part of what production installs.
  const { showSignIn, startDemoProvider } = await import('./demo-sign-in.js');
  if (options.reset) {
    await resetEmbeddedPostgres(config.dataDir, say);
    rmSync(path.join(config.dataDir, 'demo.json'), { force: true });
    say(`the data in ${config.dataDir} is deleted`);
  }
  const port = await freePort(config.host, options.port ?? config.port);
  // The one place besides SSO_ALLOW_PRIVATE where the guarded client may go to this machine.
  const demoConfig: Config = { ...config, port, role: 'all', logLevel: 'warn', allowPrivateProviders: true };
  const told = toldToEnd();
  const running = await startProcess(demoConfig, createLogger('warn'), say);
  const { signinUrlOf } = createOrigin(config.publicUrl, running.url);
  const directory = new PushedCompany();
  let people: IdentityProvider | undefined;
  try {
    const connectSso = async (context: Context): Promise<void> => {
      const place = { signinUrlOf, host: config.host, port: await freePort(config.host, port + 1) };
      people = await startDemoProvider(context, directory, place);
    };
    const demo = await demoOrganization({ database: running.database, dataDir: config.dataDir, connectSso });
    const signInPage = signinUrlOf(demo.slug);
    process.stdout.write(describe(running.url, demo, { signInPage, provider: people?.url ?? '' }));
    const graphql = { url: `${running.url}/graphql`, token: demo.apiToken };
    const work = pushCompany(running.url, demo, directory).then(async (pushed) => {
      const shown = await showSignIn({ signInPage, directory, graphql });
      process.stdout.write(`\n${shown.text}`);
      return pushed && shown.ok;
    });
    const outcome = await Promise.race([work, told]);
    if (typeof outcome === 'string') return options.once ? exitCodeOf(outcome) : 0;
    if (options.once) return outcome ? 0 : 1;
    say(`\nNow you: sign in at ${signInPage}, then deactivate yourself at ${people?.url} and click on.`);
    say('Rollcall keeps running. Ctrl-C stops it; the data stays (`npm run demo -- --reset` deletes it).');
    await told;
    return 0;
  } finally {
    await people?.close();
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

const describe = (
  url: string,
  demo: DemoOrganization,
  at: { signInPage: string; provider: string },
): string => `
  sign in    ${at.signInPage}   (choose anybody of the simulated company)
  provider   ${at.provider}   (its directory: deactivate somebody)
  GraphQL    ${url}/graphql   (open it in a browser; header: {"Authorization": "Bearer ${demo.apiToken}"})
  SCIM       ${url}/scim/v2
  token      ${demo.token}
  Basic      ${demo.clientId}:${demo.clientSecret}
  outbox     ${url}/outbox   (every mail, with its links)
  health     ${url}/readyz   ${url}/metrics

A simulated identity provider is connected for signing in (SAML and OpenID Connect) and for SCIM.
Now it pushes ${PEOPLE} people and ${GROUPS} groups.

`;

async function pushCompany(url: string, demo: DemoOrganization, directory: PushedCompany): Promise<boolean> {
  const push = { idp: 'entra', base: `${url}/scim/v2`, token: demo.token } as const;
  const { dialect } = provider({ ...push, concurrency: 1 }, new Company(SEED));
  const report = await simulate({
    ...push,
    users: PEOPLE,
    groups: GROUPS,
    seed: SEED,
    graphql: { url: `${url}/graphql`, token: demo.apiToken },
    progress: showProgress(process.stderr),
    pushed: (roster) => directory.arrive(roster, dialect),
  });
  process.stdout.write(`\n${renderReport(report)}`);
  return report.ok;
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    say(explainFailure(error));
    process.exit(error instanceof UsageError ? 2 : 1);
  },
);
