import { randomBytes } from 'node:crypto';
import type { Client } from './client.js';
import { DirectoryReader } from './directory-reader.js';
import { Company } from './people.js';
import { GaveUp, PhaseRunner, type ProgressListener } from './phases.js';
import { type ProviderOptions, provider } from './providers.js';
import type { SimulationReport } from './report.js';
import { Roster } from './roster.js';
import { Refused } from './statistics.js';
import { Story, type Tally } from './story.js';
import { Mismatches, verifyScim } from './verify.js';
import { type GraphqlCheck, verifyGraphql } from './verify-graphql.js';

export interface SimulateOptions extends Omit<ProviderOptions, 'concurrency'> {
  readonly users: number;
  readonly groups: number;
  /** Without it everybody is in two groups on average, and no group holds more than 1,000. */
  readonly membersPerGroup?: number;
  /** Conversations that overlap; 8 without it. */
  readonly concurrency?: number;
  /** The same seed pushes the same company again; a random one is made without it. */
  readonly seed?: string;
  /** For servers that leave deactivated people in their groups; Rollcall takes them out (rule B19). */
  readonly keepsInactiveMembers?: boolean;
  /** Whether one of the deactivated comes back at the end; true without it. */
  readonly reactivate?: boolean;
  /** How long memberships may take to be applied; 30,000 ms without it. */
  readonly deadlineMs?: number;
  readonly graphql?: { readonly url: string; readonly token: string };
  readonly progress?: ProgressListener;
  /** Called when everything is pushed and checked, with what the provider knows by then. */
  readonly pushed?: (roster: Roster) => void;
}

const DEFAULT_CONCURRENCY = 8;
const DEFAULT_DEADLINE_MS = 30_000;
const GROUPS_PER_PERSON = 2;
const LARGEST_DEFAULT_GROUP = 1000;

/**
 * Pushes a made-up company to a SCIM server as one provider would, changes it, and checks that what was pushed is what
 * is there. Resolves whatever the server does: `ok` is true only when nothing failed for good and nothing differs.
 * Rejects for a base that is not a URL.
 */
export async function simulate(options: SimulateOptions): Promise<SimulationReport> {
  const started = performance.now();
  const seed = options.seed ?? randomBytes(4).toString('hex');
  const concurrency = options.concurrency ?? DEFAULT_CONCURRENCY;
  const deadlineMs = options.deadlineMs ?? DEFAULT_DEADLINE_MS;
  const progress = options.progress ?? (() => {});
  const company = new Company(seed);
  const roster = new Roster(
    company,
    options.users,
    options.groups,
    Math.min(options.users, options.membersPerGroup ?? defaultGroupSize(options)),
    options.keepsInactiveMembers ?? false,
  );
  const { client, dialect } = provider({ ...options, concurrency }, company);
  const runner = new PhaseRunner(concurrency, progress);
  const story = new Story(roster, dialect, runner);
  const mismatches = new Mismatches();
  const reader = options.graphql === undefined ? null : new DirectoryReader(options.graphql);

  let stopped: string | null = null;
  let requests: SimulationReport['requests'] | null = null;
  let graphql: GraphqlCheck | null = null;
  let scim: SimulationReport['scim'] = null;
  try {
    const before = await reader?.totals();
    await story.tell(options.reactivate ?? true);
    requests = requestsOf(client, started);
    const lastWriteAt = client.statistics.lastGroupWriteAt;
    if (reader !== null && before !== undefined) {
      const created = { people: story.tally.peopleCreated, groups: story.tally.groupsCreated };
      const expectation = { before, created, lastWriteAt, deadlineMs };
      graphql = await verifyGraphql(reader, roster, mismatches, progress, expectation);
    }
    scim = await verifyScim({ client, dialect, roster, mismatches, concurrency, deadlineMs, progress });
  } catch (error) {
    if (!(error instanceof GaveUp || error instanceof Refused)) throw error;
    stopped = error.message;
  } finally {
    client.close();
    reader?.close();
  }
  options.pushed?.(roster);
  return {
    ok: stopped === null && runner.failed === 0 && mismatches.count === 0,
    stopped,
    provider: dialect.name,
    base: options.base,
    seed,
    domain: company.domain,
    seconds: (performance.now() - started) / 1000,
    ...countsOf(story.tally, roster),
    requests: requests ?? requestsOf(client, started),
    objectsTriedAgain: runner.triedAgain,
    phases: runner.phases,
    failed: runner.failed,
    failures: runner.failures,
    scim,
    graphql,
    mismatchCount: mismatches.count,
    mismatches: mismatches.first,
  };
}

function defaultGroupSize({ users, groups }: SimulateOptions): number {
  const even = Math.round((users * GROUPS_PER_PERSON) / Math.max(1, groups));
  return Math.min(LARGEST_DEFAULT_GROUP, Math.max(1, even));
}

/** The push alone; what the checks read afterwards is not part of it. */
function requestsOf(client: Client, started: number): SimulationReport['requests'] {
  const figures = client.statistics.figures();
  const seconds = (performance.now() - started) / 1000;
  return { ...figures, perSecond: figures.total / Math.max(seconds, 0.001) };
}

function countsOf(tally: Tally, roster: Roster): Pick<SimulationReport, 'people' | 'groups' | 'memberships'> {
  let expected = 0;
  for (const { group } of roster.pushedGroups()) expected += roster.members(group.index).length;
  return {
    people: {
      asked: roster.users,
      pushed: tally.peopleCreated + tally.peopleLinked,
      linked: tally.peopleLinked,
      changed: tally.peopleChanged,
      deactivated: tally.deactivated,
      reactivated: tally.reactivated,
    },
    groups: {
      asked: roster.groups,
      pushed: tally.groupsCreated + tally.groupsLinked,
      linked: tally.groupsLinked,
      renamed: tally.groupsRenamed,
    },
    memberships: { accepted: tally.added, removed: tally.removed, expected },
  };
}
