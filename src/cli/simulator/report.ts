import type { PhaseFigures } from './phases.js';
import type { Failure, RequestFigures } from './statistics.js';
import type { Mismatch, ScimCheck } from './verify.js';
import type { GraphqlCheck } from './verify-graphql.js';

/** The outcome of one simulation, as `--json` prints it. Times are in the unit of their name. */
export interface SimulationReport {
  /** Nothing failed for good, nothing differs, and the run came to its end. */
  readonly ok: boolean;
  /** Why the run was broken off before its end. */
  readonly stopped: string | null;
  readonly provider: string;
  readonly base: string;
  /** Pushes the same company again. */
  readonly seed: string;
  readonly domain: string;
  readonly seconds: number;
  readonly people: {
    readonly asked: number;
    readonly pushed: number;
    /** Of those pushed, found by the look-up and linked. */
    readonly linked: number;
    readonly changed: number;
    readonly deactivated: number;
    readonly reactivated: number;
  };
  readonly groups: {
    readonly asked: number;
    readonly pushed: number;
    readonly linked: number;
    readonly renamed: number;
  };
  readonly memberships: {
    /** Additions the server answered with success, in all rounds. */
    readonly accepted: number;
    readonly removed: number;
    /** How many there should be at the end. */
    readonly expected: number;
  };
  readonly requests: RequestFigures & { readonly perSecond: number };
  readonly objectsTriedAgain: number;
  readonly phases: readonly PhaseFigures[];
  /** Objects that failed in every round; the first fifty are listed. */
  readonly failed: number;
  readonly failures: readonly Failure[];
  readonly scim: ScimCheck | null;
  readonly graphql: GraphqlCheck | null;
  readonly mismatchCount: number;
  readonly mismatches: readonly Mismatch[];
}

const FAILURES_SHOWN = 10;
const number = (value: number): string => Math.round(value).toLocaleString('en-US');

/** The short table for people, ending with what failed and what differs, if anything. */
export function renderReport(report: SimulationReport): string {
  const lines = table(rows(report));
  if (report.stopped !== null) lines.push('', `Broken off: ${report.stopped}`);
  if (report.failed > 0) {
    lines.push('', `${number(report.failed)} failed for good${more(report.failed, FAILURES_SHOWN)}:`);
    for (const { phase, what, status, scimType, detail } of report.failures.slice(0, FAILURES_SHOWN)) {
      const kind = scimType === null ? '' : ` ${scimType}`;
      lines.push(`  ${phase}: ${what}: ${status === 0 ? 'no answer' : status}${kind}: ${detail}`);
    }
  }
  if (report.mismatchCount > 0) {
    const { mismatchCount, mismatches } = report;
    lines.push(
      '',
      `${number(mismatchCount)} differ from what was pushed${more(mismatchCount, mismatches.length)}:`,
    );
    for (const { over, what, expected, found } of mismatches) {
      lines.push(`  ${over}: ${what}: expected ${expected}, found ${found}`);
    }
  }
  lines.push('', report.ok ? 'What was pushed is what is there.' : 'NOT verified.');
  return `${lines.join('\n')}\n`;
}

function rows(report: SimulationReport): [string, string][] {
  const { people, groups, memberships, requests, scim, graphql } = report;
  const lag = graphql?.acceptedToAppliedMs;
  const applied = graphql === null ? '' : `, ${number(graphql.applied)} applied`;
  return [
    ['provider', `${report.provider} -> ${report.base}, seed ${report.seed}`],
    [
      'people',
      `${number(people.pushed)} of ${number(people.asked)}${linked(people.linked)}, ${people.changed} changed, ` +
        `${people.deactivated} deactivated, ${people.reactivated} reactivated`,
    ],
    [
      'groups',
      `${number(groups.pushed)} of ${number(groups.asked)}${linked(groups.linked)}, ${groups.renamed} renamed`,
    ],
    [
      'memberships',
      `${number(memberships.accepted)} accepted, ${number(memberships.removed)} taken back, ` +
        `${number(memberships.expected)} should stand${applied}`,
    ],
    [
      'requests',
      `${number(requests.total)}, ${number(requests.perSecond)}/s, p50 ${number(requests.p50Ms)} ms, ` +
        `p95 ${number(requests.p95Ms)} ms, ${requests.throttled} throttled, ${requests.withoutAnswer} without answer`,
    ],
    ['failures', `${report.failed} for good, ${report.objectsTriedAgain} tried again`],
    ...(lag === undefined || lag === null
      ? []
      : [
          row(
            'accepted -> applied',
            `p50 ${number(lag.p50)} ms, p99 ${number(lag.p99)} ms, max ${number(lag.max)} ms`,
          ),
        ]),
    ...(graphql?.settledMs === undefined || graphql.settledMs === null
      ? []
      : [row('all active', `${number(graphql.settledMs)} ms after the last group write`)]),
    ...(scim === null ? [] : [row('seen over SCIM', checked(scim.people, scim.groups, scim.memberships))]),
    ...(graphql === null
      ? []
      : [row('seen over GraphQL', checked(graphql.people, graphql.groups, graphql.applied))]),
    ['time', `${report.seconds.toFixed(1)} s`],
  ];
}

const row = (name: string, text: string): [string, string] => [name, text];

const linked = (count: number): string => (count === 0 ? '' : ` (${number(count)} were there and linked)`);

const checked = (people: number, groups: number, memberships: number): string =>
  `${number(people)} people, ${number(groups)} groups, ${number(memberships)} memberships`;

const more = (count: number, shown: number): string => (count > shown ? `, the first ${shown}` : '');

function table(all: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...all.map(([name]) => name.length));
  return all.map(([name, text]) => `${name.padEnd(width)}  ${text}`);
}
