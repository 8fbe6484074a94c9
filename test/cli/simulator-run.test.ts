import { simulateCommand } from '../../src/cli/simulate.js';
import { showProgress } from '../../src/cli/simulator/progress.js';
import { renderReport } from '../../src/cli/simulator/report.js';
import { type SimulateOptions, simulate } from '../../src/cli/simulator/run.js';
import { ScimTarget, type TargetOptions } from './scim-target.js';

let target: ScimTarget | undefined;

afterEach(() => target?.stop());

async function push(
  { overGraphql, ...options }: Partial<SimulateOptions> & { overGraphql?: boolean },
  behaviour: TargetOptions = {},
) {
  target = await new ScimTarget(behaviour).start();
  const { base, origin, requests } = target;
  const report = await simulate({
    ...{ base, token: 'good', idp: 'entra', users: 40, groups: 12, deadlineMs: 300 },
    ...(overGraphql === true ? { graphql: { url: `${origin}/graphql`, token: 'good' } } : {}),
    ...options,
  });
  return { report, requests };
}

describe('the run', () => {
  test('waits as long as Retry-After says, tries failed objects again and ends verified', async () => {
    const { report, requests } = await push(
      { idp: 'okta' },
      {
        fault: (nth) =>
          nth === 20
            ? { status: 429, headers: { 'Retry-After': '1' } }
            : nth % 23 === 0
              ? { status: 500 }
              : undefined,
      },
    );
    expect(report).toMatchObject({ ok: true, failed: 0 });
    expect(report.requests).toMatchObject({ throttled: 1, repeated: 1 });
    expect(report.objectsTriedAgain).toBeGreaterThan(0);
    expect(report.phases.find(({ phase }) => phase === 'people')?.seconds).toBeGreaterThan(1);
    expect(requests.filter(({ status }) => status === 429)).toHaveLength(1);
  });

  test('names the detail of a refusal that never passes', async () => {
    const { report } = await push(
      {},
      {
        fault: (_, { method, target: path }) =>
          method === 'POST' && path === '/Groups' ? { status: 400 } : undefined,
      },
    );
    expect(report).toMatchObject({ ok: false, failed: 12 });
    expect(report.failures[0]).toMatchObject({ phase: 'groups', status: 400, detail: 'an injected fault' });
    expect(renderReport(report)).toContain('400: an injected fault');
  });

  test('breaks off when the credentials are refused', async () => {
    const { report, requests } = await push({ token: 'bad' });
    expect(report.ok).toBe(false);
    expect(report.stopped).toContain('the credentials are wrong');
    expect(requests).toHaveLength(1);
  });

  test('finds a member the server acknowledged and lost, over both doors', async () => {
    const { report } = await push(
      { idp: 'okta', users: 20, groups: 2, overGraphql: true, deadlineMs: 200 },
      { losesOne: true },
    );
    expect(report).toMatchObject({ ok: false, failed: 0, mismatchCount: 2 });
    expect(report.mismatches.map(({ over }) => over)).toEqual(['GraphQL', 'SCIM']);
    expect(report.mismatches[1]).toMatchObject({
      what: expect.stringMatching(/^group .* members$/),
      expected: expect.stringContaining('@kestrel-'),
      found: 'not in the group',
    });
    expect(renderReport(report)).toContain('NOT verified.');
  });

  test('measures accepted to applied over GraphQL and pages through members', async () => {
    const { report } = await push(
      { users: 150, groups: 3, membersPerGroup: 130, overGraphql: true, deadlineMs: 30_000 },
      { lagMs: 120, pageLimit: 30 },
    );
    expect(report).toMatchObject({ ok: true, mismatches: [] });
    expect(report.graphql).toMatchObject({
      organization: 'target',
      people: 150,
      groups: 3,
      applied: report.memberships.expected,
      acceptedToAppliedMs: { p50: 120, p99: 120 },
    });
    expect(report.graphql?.settledMs).toBeGreaterThanOrEqual(100);
    expect(report.scim).toMatchObject({ people: 150, groups: 3, memberships: report.memberships.expected });
  });
});

describe('the command line', () => {
  test.each([
    [[], '--idp is missing'],
    [['--idp', 'okta'], 'either --token T or --basic'],
    [['--idp', 'okta', '--basic', 'secret'], '--basic has no colon'],
    [['--idp', 'okta', '--token', 't', '--graphql', 'http://g'], '--graphql-token T go together'],
    [['--idp', 'okta', '--token', 't', '--base', 'acme'], "--base is 'acme'"],
    [['--idp', 'okta', '--token', 't', '--base', 'http://x', '--users', '-1'], '--users'],
    [['--idp', 'okta', '--token', 't', '--entra-shape', 'both'], '--idp entra only'],
    [['--speed', '9'], "'--speed'"],
  ])('%j ends with 2 and says why', async (argv, message) => {
    const said: string[] = [];
    const write = process.stderr.write;
    process.stderr.write = (text) => said.push(String(text)) > 0;
    try {
      expect(await simulateCommand(argv)).toBe(2);
    } finally {
      process.stderr.write = write;
    }
    expect(said.join('')).toContain(message);
  });

  test('progress is a bar on a terminal and a line every two seconds elsewhere', () => {
    for (const isTTY of [true, false]) {
      const said: string[] = [];
      const show = showProgress({ isTTY, write: (text) => said.push(text) });
      for (const [done, seconds, finished] of [
        [1, 0.5, false],
        [5, 2.1, false],
        [6, 2.3, false],
        [10, 4, true],
      ] as const) {
        show({ phase: 'people', done, total: 10, failed: 1, seconds, finished });
      }
      expect(said).toHaveLength(isTTY ? 4 : 2);
      expect(said.at(-1)).toContain(
        isTTY ? `[${'#'.repeat(24)}] 10/10` : 'people: 10/10, 3/s, 1 failed, 4.0 s, done',
      );
    }
  });
});
