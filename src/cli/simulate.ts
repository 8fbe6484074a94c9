import { parseArgs } from 'node:util';
import { showProgress } from './simulator/progress.js';
import { ENTRA_SHAPES, IDENTITY_PROVIDERS } from './simulator/providers.js';
import { renderReport } from './simulator/report.js';
import { type SimulateOptions, simulate } from './simulator/run.js';

const USAGE = `Usage: simulate --base URL --token T --idp entra|okta|onelogin --users N --groups M

  --base URL               the SCIM base URL as pasted at the provider; Entra's ?aadOptscim062020 is understood
  --token T                the bearer token
  --basic ID:SECRET        HTTP Basic instead of the token, as Okta sends it
  --idp NAME               whose requests are sent: entra, okta or onelogin
  --users N --groups M     how many are pushed, 0 to 100000
  --members-per-group N    default: everybody in two groups on average, at most 1000 a group
  --concurrency N          conversations that overlap, default 8
  --seed TEXT              the same seed pushes the same company again; default random
  --entra-shape SHAPE      legacy, aadOptscim062020 or both; default both, or the flag alone when the URL has it
  --keeps-inactive-members the server leaves deactivated people in their groups
  --no-reactivate          leave everybody who was deactivated inactive
  --graphql URL --graphql-token T
                           check counts, people and memberships over Rollcall's GraphQL too
  --deadline SECONDS       how long memberships may take to be applied, default 30
  --json                   print the report as JSON

Ends with 0 when everything pushed is there, 1 when something failed or differs, 2 for a wrong command line.
`;

const LARGEST_COMPANY = 100_000;

class UsageError extends Error {}

/**
 * `simulate`: a simulated provider pushes to any SCIM server. Progress goes to stderr, the report to stdout.
 * Resolves with the exit code; never rejects for what a server answers.
 */
export async function simulateCommand(argv: string[]): Promise<number> {
  let options: SimulateOptions;
  let json: boolean;
  try {
    const parsed = parse(argv);
    if (parsed === null) {
      process.stdout.write(USAGE);
      return 0;
    }
    ({ options, json } = parsed);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`simulate: ${error.message}\n\n${USAGE}`);
    return 2;
  }
  const report = await simulate({ ...options, progress: showProgress(process.stderr) });
  process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : `\n${renderReport(report)}`);
  return report.ok ? 0 : 1;
}

function parse(argv: string[]): { options: SimulateOptions; json: boolean } | null {
  const values = readFlags(argv);
  if (values.help === true) return null;
  const idp = IDENTITY_PROVIDERS.find((name) => name === values.idp);
  if (idp === undefined) throw new UsageError(`--idp is ${given(values.idp)}; use entra, okta or onelogin`);
  const entraShape = ENTRA_SHAPES.find((shape) => shape === values['entra-shape']);
  if (values['entra-shape'] !== undefined && entraShape === undefined) {
    throw new UsageError(`--entra-shape is ${given(values['entra-shape'])}; use ${ENTRA_SHAPES.join(', ')}`);
  }
  if (entraShape !== undefined && idp !== 'entra')
    throw new UsageError('--entra-shape goes with --idp entra only');
  if ((values.token === undefined) === (values.basic === undefined)) {
    throw new UsageError('give either --token T or --basic ID:SECRET');
  }
  if (values.basic !== undefined && !values.basic.includes(':')) {
    throw new UsageError('--basic has no colon; it is the client id, a colon and the client secret');
  }
  const { graphql: url, 'graphql-token': token } = values;
  if ((url === undefined) !== (token === undefined)) {
    throw new UsageError('--graphql URL and --graphql-token T go together');
  }
  const seconds = optionalCount('deadline', values.deadline, 1, 3600);
  const membersPerGroup = optionalCount('members-per-group', values['members-per-group'], 0, LARGEST_COMPANY);
  const concurrency = optionalCount('concurrency', values.concurrency, 1, 256);
  return {
    json: values.json === true,
    options: {
      idp,
      base: httpUrl('base', values.base),
      users: count('users', values.users, 0, LARGEST_COMPANY),
      groups: count('groups', values.groups, 0, LARGEST_COMPANY),
      reactivate: values['no-reactivate'] !== true,
      keepsInactiveMembers: values['keeps-inactive-members'] === true,
      ...(values.token === undefined ? {} : { token: values.token }),
      ...(values.basic === undefined ? {} : { basic: values.basic }),
      ...(values.seed === undefined ? {} : { seed: values.seed }),
      ...(entraShape === undefined ? {} : { entraShape }),
      ...(membersPerGroup === undefined ? {} : { membersPerGroup }),
      ...(concurrency === undefined ? {} : { concurrency }),
      ...(seconds === undefined ? {} : { deadlineMs: seconds * 1000 }),
      ...(url === undefined || token === undefined
        ? {}
        : { graphql: { url: httpUrl('graphql', url), token } }),
    },
  };
}

function readFlags(argv: string[]) {
  try {
    return parseArgs({
      args: argv,
      options: {
        base: { type: 'string' },
        token: { type: 'string' },
        basic: { type: 'string' },
        idp: { type: 'string' },
        users: { type: 'string' },
        groups: { type: 'string' },
        'members-per-group': { type: 'string' },
        concurrency: { type: 'string' },
        seed: { type: 'string' },
        'entra-shape': { type: 'string' },
        'keeps-inactive-members': { type: 'boolean' },
        'no-reactivate': { type: 'boolean' },
        graphql: { type: 'string' },
        'graphql-token': { type: 'string' },
        deadline: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

const given = (value: string | undefined): string => (value === undefined ? 'missing' : `'${value}'`);

function count(flag: string, value: string | undefined, least: number, most: number): number {
  const parsed = value !== undefined && /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (parsed >= least && parsed <= most) return parsed;
  throw new UsageError(`--${flag} is ${given(value)}; it is a whole number from ${least} to ${most}`);
}

function optionalCount(
  flag: string,
  value: string | undefined,
  least: number,
  most: number,
): number | undefined {
  return value === undefined ? undefined : count(flag, value, least, most);
}

function httpUrl(flag: string, value: string | undefined): string {
  const url = value === undefined ? null : URL.parse(value);
  if (url !== null && (url.protocol === 'http:' || url.protocol === 'https:')) return url.href;
  throw new UsageError(
    `--${flag} is ${given(value)}; it is a URL like https://acme.rollcall.example/scim/v2`,
  );
}
