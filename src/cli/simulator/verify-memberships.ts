import { setTimeout as sleep } from 'node:timers/promises';
import type { DirectoryGroup, DirectoryReader, MembershipEdge } from './directory-reader.js';
import type { PushedGroup, Roster } from './roster.js';
import { percentile, Refused } from './statistics.js';
import type { Mismatches } from './verify.js';

/** From accepted to applied, in ms, over so many memberships. */
export interface Latency {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly memberships: number;
}

/** One request reads this many groups when all their members fit into one page, else one group. */
const GROUPS_A_PAGE = 20;
const MEMBERS_A_PAGE = 100;
const READ_AGAIN_EVERY_MS = 50;

/** Reads the memberships of the pushed groups until each group is as it should be. */
export class MembershipVerification {
  readonly total: number;
  settled = 0;
  applied = 0;
  readonly #open = new Map<string, PushedGroup>();
  readonly #lastSeen = new Map<string, readonly MembershipEdge[]>();
  readonly #latencies: number[] = [];
  #groupsAPage: number;

  constructor(
    private readonly reader: DirectoryReader,
    private readonly roster: Roster,
    private readonly mismatches: Mismatches,
  ) {
    let largest = 0;
    for (const pushed of roster.pushedGroups()) {
      this.#open.set(pushed.id, pushed);
      largest = Math.max(largest, roster.members(pushed.group.index).length);
    }
    this.total = this.#open.size;
    this.#groupsAPage = largest <= MEMBERS_A_PAGE ? GROUPS_A_PAGE : 1;
  }

  /** The wall clock when everything was settled; null when the deadline came first, and then the rest is listed. */
  async settle(deadlineMs: number, tell: () => void): Promise<number | null> {
    const deadline = performance.now() + deadlineMs;
    let pages: readonly (string | null)[] | undefined;
    while (this.#open.size > 0) {
      pages = pages === undefined ? await this.#readAll(tell) : await this.#readAgain(pages, tell);
      if (this.#open.size === 0) break;
      if (pages.length === 0 || performance.now() > deadline) {
        this.#listOpen();
        return null;
      }
      await sleep(READ_AGAIN_EVERY_MS);
    }
    return Date.now();
  }

  latency(): Latency | null {
    const values = this.#latencies;
    if (values.length === 0) return null;
    const [p50, p99, max] = [0.5, 0.99, 1].map((share) => percentile(values, share));
    return { p50: p50 ?? 0, p99: p99 ?? 0, max: max ?? 0, memberships: values.length };
  }

  /** Walks over all groups of the organization; resolves with the cursors before pages that are not settled yet. */
  async #readAll(tell: () => void): Promise<(string | null)[]> {
    const again: (string | null)[] = [];
    for (let after: string | null = null; ; ) {
      const { settled, pageInfo } = await this.#readPage(after);
      if (!settled) again.push(after);
      tell();
      if (!pageInfo.hasNextPage) return again;
      after = pageInfo.endCursor;
    }
  }

  async #readAgain(pages: readonly (string | null)[], tell: () => void): Promise<(string | null)[]> {
    const again: (string | null)[] = [];
    for (const after of pages) {
      if (!(await this.#readPage(after)).settled) again.push(after);
      tell();
    }
    return again;
  }

  async #readPage(after: string | null): Promise<{
    settled: boolean;
    pageInfo: { hasNextPage: boolean; endCursor: string | null };
  }> {
    const { edges, pageInfo } = await this.#groupsAfter(after);
    let settled = true;
    for (const { node } of edges) {
      const pushed = this.#open.get(node.id);
      if (pushed === undefined) continue;
      const members = await this.#allMembers(node, after);
      if (this.#isSettled(pushed, node, members)) this.#close(pushed, members);
      else {
        this.#lastSeen.set(node.id, members);
        settled = false;
      }
    }
    return { settled, pageInfo };
  }

  /** A server with a strict limit on the cost of a query is asked for one group at a time. */
  async #groupsAfter(after: string | null): ReturnType<DirectoryReader['groups']> {
    try {
      return await this.reader.groups(this.#groupsAPage, after, null);
    } catch (error) {
      if (!(error instanceof Refused) || this.#groupsAPage === 1 || after !== null) throw error;
      this.#groupsAPage = 1;
      return await this.reader.groups(1, after, null);
    }
  }

  async #allMembers(group: DirectoryGroup, before: string | null): Promise<readonly MembershipEdge[]> {
    const all = [...group.members.edges];
    let { pageInfo } = group.members;
    while (pageInfo.hasNextPage && this.#groupsAPage === 1) {
      const next = (await this.reader.groups(1, before, pageInfo.endCursor)).edges[0]?.node;
      if (next === undefined || next.id !== group.id) break;
      all.push(...next.members.edges);
      pageInfo = next.members.pageInfo;
    }
    return all;
  }

  #isSettled(pushed: PushedGroup, node: DirectoryGroup, edges: readonly MembershipEdge[]): boolean {
    const expected = this.#expected(pushed);
    return (
      node.members.totalCount === expected.size &&
      edges.length === expected.size &&
      edges.every((edge) => edge.state === 'ACTIVE' && expected.get(edge.node.id) === edge.node.userName) &&
      node.displayName === pushed.group.displayName
    );
  }

  #close(pushed: PushedGroup, edges: readonly MembershipEdge[]): void {
    this.#open.delete(pushed.id);
    this.#lastSeen.delete(pushed.id);
    this.settled += 1;
    this.#count(edges);
  }

  #count(edges: readonly MembershipEdge[]): void {
    for (const { state, acceptedAt, appliedAt } of edges) {
      if (state !== 'ACTIVE') continue;
      this.applied += 1;
      if (acceptedAt === null || appliedAt === null) continue;
      const took = Date.parse(appliedAt) - Date.parse(acceptedAt);
      if (Number.isFinite(took)) this.#latencies.push(took);
    }
  }

  /** Member id to login. */
  #expected(pushed: PushedGroup): Map<string, string> {
    const expected = new Map<string, string>();
    for (const index of this.roster.members(pushed.group.index)) {
      const member = this.roster.pushedPerson(index);
      if (member !== undefined) expected.set(member.id, member.person.userName);
    }
    return expected;
  }

  #listOpen(): void {
    for (const pushed of this.#open.values()) {
      const what = `group ${pushed.group.displayName}`;
      const edges = this.#lastSeen.get(pushed.id);
      if (edges === undefined) {
        this.mismatches.add('GraphQL', what, `in groups with id ${pushed.id}`, 'not there');
        continue;
      }
      const expected = this.#expected(pushed);
      const before = this.mismatches.count;
      for (const edge of edges) this.#compareEdge(what, expected, edge);
      for (const userName of expected.values()) {
        this.mismatches.add('GraphQL', `${what} members`, `${userName} ACTIVE`, 'not in the group');
      }
      if (this.mismatches.count === before) {
        this.mismatches.add('GraphQL', what, 'its name and its members.totalCount as pushed', 'another');
      }
      this.#count(edges.filter((edge) => this.#expected(pushed).has(edge.node.id)));
    }
  }

  /** Takes the member out of `expected`, so that those who are left are missing. */
  #compareEdge(what: string, expected: Map<string, string>, edge: MembershipEdge): void {
    const { id, userName } = edge.node;
    const wanted = expected.get(id);
    expected.delete(id);
    const found = `${userName} ${edge.state}`;
    if (wanted === undefined) this.mismatches.add('GraphQL', `${what} members`, 'not in the group', found);
    else if (edge.state !== 'ACTIVE' || userName !== wanted) {
      this.mismatches.add('GraphQL', `${what} members`, `${wanted} ACTIVE`, found);
    }
  }
}
