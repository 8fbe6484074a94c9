import { spawnSync } from 'node:child_process';
import { ConfigError } from '../../src/config.js';
import { explainFailure } from '../../src/explain-failure.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

let target: TestDatabase;
beforeAll(async () => {
  target = await createTestDatabase();
});
afterAll(() => target.drop());

function cli(databaseUrl: string, ...args: string[]) {
  const hooks = ['--import', './test/support/typescript-hooks.mjs'];
  const { status, stdout, stderr } = spawnSync(process.execPath, [...hooks, 'src/cli/cli.ts', ...args], {
    encoding: 'utf8',
    env: { ...process.env, DATABASE_URL: databaseUrl, NODE_ENV: 'development' },
  });
  return { status, stdout, stderr };
}

// The command line showed a stack where `npm start` said a sentence, and neither said which setting was meant.
it('a PostgreSQL that is away is one sentence that names the setting', () => {
  expect(cli('postgresql://rollcall:secret-word@127.0.0.1:1/rollcall', 'org', 'list')).toEqual({
    status: 1,
    stdout: '',
    stderr: 'DATABASE_URL: PostgreSQL cannot be reached: connect ECONNREFUSED 127.0.0.1:1.\n',
  });
});

it.each([
  ['a wrong name of a database', (url: URL) => Object.assign(url, { pathname: '/nowhere' })],
  ['an unknown role', (url: URL) => Object.assign(url, { username: 'nobody-here' })],
])('%s is one sentence that names the setting', (_, change) => {
  const { status, stderr } = cli(change(new URL(target.url)).href, 'org', 'list');
  expect(status).toBe(1);
  expect(stderr).toMatch(/^DATABASE_URL: PostgreSQL refuses this: .+\.\n$/);
});

it('what nobody foresaw keeps its stack, what a setting can mend does not', () => {
  expect(explainFailure(new TypeError('x is not y'))).toContain('    at ');
  expect(explainFailure(new ConfigError('PORT: is odd'))).toBe('PORT: is odd');
});

it.each([
  [['--help'], 0, /^usage: npm run -s cli[\s\S]+org create/],
  [['org', 'create', '--help'], 0, /^usage: org create SLUG/],
])('help that was asked for is no refusal: %j', (args, status, text) => {
  expect(cli(target.url, ...args)).toMatchObject({ status, stdout: expect.stringMatching(text), stderr: '' });
});

it.each([
  [['sso', 'disable', 'acme'], '--connection ID is missing'],
  [['sso', 'connect', 'acme'], 'give either --metadata or --issuer'],
])('what is missing on the command line is said in its words: %j', (args, sentence) => {
  const { status, stderr } = cli(target.url, ...args);
  expect([status, stderr.split('\n')[0]]).toEqual([2, sentence]);
});
