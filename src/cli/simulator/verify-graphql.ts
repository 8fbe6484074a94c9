import type { DirectoryReader, Totals } from './directory-reader.js';
import type { ProgressListener } from './phases.js';
import type { Roster } from './roster.js';
import type { Mismatches } from './verify.js';
import { type Latency, MembershipVerification } from './verify-memberships.js';

export interface GraphqlCheck {
  readonly organization: string;
  /** Pushed people that were found and compared. */
  readonly people: number;
  readonly groups: number;
  /** Memberships in state ACTIVE that should be. */
  readonly applied: number;
  /** From the last accepted group write until a reading showed every membership settled, that reading included. */
  readonly settledMs: number | null;
  /** From the timestamps of the memberships, by the server's clock; null when none carries both. */
  readonly acceptedToAppliedMs: Latency | null;
  readonly seconds: number;
}

export interface GraphqlExpectation {
  readonly before: Totals;
  readonly created: { readonly people: number; readonly groups: number };
  /** Wall clock in ms; 0 when no group was written. */
  readonly lastWriteAt: number;
  readonly deadlineMs: number;
}

/** Enough for 30,000 people; a larger organization is sampled. */
const PAGES_OF_PEOPLE = 300;

/** Waits until every membership is ACTIVE, then compares counts, people and members with what was pushed. */
export async function verifyGraphql(
  reader: DirectoryReader,
  roster: Roster,
  mismatches: Mismatches,
  progress: ProgressListener,
  expectation: GraphqlExpectation,
): Promise<GraphqlCheck> {
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1000;
  const memberships = new MembershipVerification(reader, roster, mismatches);
  const tell = (finished: boolean): void => {
    const { settled: done, total } = memberships;
    progress({ phase: 'check GraphQL', done, total, failed: mismatches.count, seconds: seconds(), finished });
  };
  const settledAt = await memberships.settle(expectation.deadlineMs, () => tell(false));
  const people = await comparePeople(reader, roster, mismatches);
  await compareTotals(reader, mismatches, expectation);
  tell(true);
  const { lastWriteAt } = expectation;
  return {
    organization: expectation.before.slug,
    people,
    groups: memberships.settled,
    applied: memberships.applied,
    settledMs: settledAt === null || lastWriteAt === 0 ? null : Math.max(0, settledAt - lastWriteAt),
    acceptedToAppliedMs: memberships.latency(),
    seconds: seconds(),
  };
}

async function comparePeople(
  reader: DirectoryReader,
  roster: Roster,
  mismatches: Mismatches,
): Promise<number> {
  const missing = new Map<string, number>();
  for (const { person, id } of roster.pushedPeople()) missing.set(id, person.index);
  const pushed = missing.size;
  for (let after: string | null = null, read = 0; ; read += 1) {
    const { edges, pageInfo } = await reader.users(after);
    for (const { node } of edges) {
      const index = missing.get(node.id);
      if (index === undefined) continue;
      missing.delete(node.id);
      const { userName, email } = roster.person(index);
      const wanted = { userName, email, active: roster.isActive(index) };
      for (const [key, value] of Object.entries(wanted)) {
        const found = node[key as keyof typeof wanted];
        if (found !== value) mismatches.add('GraphQL', `person ${userName} ${key}`, value, found);
      }
    }
    if (!pageInfo.hasNextPage) break;
    if (read + 1 >= PAGES_OF_PEOPLE) return pushed - missing.size;
    after = pageInfo.endCursor;
  }
  for (const [id, index] of missing) {
    mismatches.add(
      'GraphQL',
      `person ${roster.person(index).userName}`,
      `in users with id ${id}`,
      'not there',
    );
  }
  return pushed - missing.size;
}

/** Others may be pushing too, so the counts must have grown by at least what was created. */
async function compareTotals(
  reader: DirectoryReader,
  mismatches: Mismatches,
  { before, created }: GraphqlExpectation,
): Promise<void> {
  const now = await reader.totals();
  const grown: [string, number, number, number][] = [
    ['users', before.users, created.people, now.users],
    ['groups', before.groups, created.groups, now.groups],
  ];
  for (const [what, had, made, has] of grown) {
    if (has < had + made) {
      mismatches.add(
        'GraphQL',
        `${what}.totalCount`,
        `at least ${had + made} (${had} before, ${made} created)`,
        has,
      );
    }
  }
}
