import { readConfig } from '../config.js';
import { explainFailure } from '../explain-failure.js';
import { createLogger } from '../kernel/logger.js';
import { openDatabase } from '../open-database.js';
import { exitCodeOf, toldToEnd } from '../told-to-end.js';
import { type Command, readArguments, UsageError } from './command.js';
import { operatorTokenCreate, operatorTokenList, operatorTokenRevoke } from './operator-token.js';
import { orgCreate } from './org.js';
import { orgList } from './org-list.js';
import { orgUpdate } from './org-update.js';
import { scimConnect } from './scim.js';
import { simulateCommand } from './simulate.js';
import { ssoConnect, ssoDisable, ssoList, ssoReseal } from './sso.js';
import { tokenCreate } from './token.js';

const COMMANDS: Readonly<Record<string, Command>> = {
  'org create': orgCreate,
  'org update': orgUpdate,
  'org list': orgList,
  'scim connect': scimConnect,
  'sso connect': ssoConnect,
  'sso list': ssoList,
  'sso disable': ssoDisable,
  'sso reseal': ssoReseal,
  'token create': tokenCreate,
  'operator-token create': operatorTokenCreate,
  'operator-token list': operatorTokenList,
  'operator-token revoke': operatorTokenRevoke,
};

const HELP = `usage: npm run -s cli -- <command>

  ${Object.values(COMMANDS)
    .map((command) => command.usage)
    .join('\n  ')}
  simulate --base URL --token T --idp entra|okta|onelogin --users N --groups M
`;

/** The exit code: 0 done, 1 refused or failed, 2 not understood. */
async function main(argv: string[]): Promise<number> {
  if (argv[0] === 'simulate') return simulateCommand(argv.slice(1));
  const command = COMMANDS[argv.slice(0, 2).join(' ')];
  const wantsHelp = argv.some((word) => ['--help', '-h'].includes(word)) || argv[0] === 'help';
  if (wantsHelp) {
    process.stdout.write(command ? `usage: ${command.usage}\n` : HELP);
    return 0;
  }
  if (!command) {
    process.stderr.write(HELP);
    return 2;
  }
  const { slug, values } = readArguments(command, argv.slice(2));
  const config = readConfig();
  const logger = createLogger('warn');
  const told = toldToEnd();
  const opened = await openDatabase(config, logger, () => {});
  try {
    const outcome = await Promise.race([
      command.run({ config, database: opened.database }, slug, values).then((result) => ({ result })),
      told,
    ]);
    if (typeof outcome === 'string') return exitCodeOf(outcome);
    const { result } = outcome;
    const lines = Object.entries(result).map(([name, value]) => `${name}: ${shown(value)}`);
    process.stdout.write(`${values.json ? JSON.stringify(result) : lines.join('\n')}\n`);
    return 0;
  } finally {
    await opened.close();
  }
}

/** A row of a list is shown as it is in JSON, and so is a time. */
const shown = (value: unknown): string =>
  value instanceof Date
    ? value.toISOString()
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value);

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${explainFailure(error)}\n`);
    process.exit(error instanceof UsageError ? 2 : 1);
  },
);
