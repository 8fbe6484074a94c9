import { median } from '../load/statistics.mjs';
import { sentenceOf } from '../machine/facts.mjs';
import { figure, megabytes, ratio, table } from './format.mjs';

export const FLOOR = 'floor';
export const PEERS = ['scimmy-routers', 'saml-jackson'];

const of = (results, target) => results.find((one) => one.target === target);

/** How many times another's requests a second: in each round apart, because both met the same machine in it. */
export const times = (one, other) =>
  one && other && !one.skipped && !other.skipped
    ? median(one.rounds.map((rate, round) => rate / other.rounds[round]))
    : null;

/** Whether every answer was right, in a word; a peer that answers wrongly is no measure. */
const verified = ({ wrong, requests, final, skipped }) => {
  if (skipped) return `left out: one request alone takes ${figure(skipped / 1000)} s`;
  if (final) return final;
  return wrong === 0 ? 'all right' : `${figure((100 * wrong) / requests)} % wrong`;
};

function mixTable(mixes) {
  const head = ['mix', 'target', 'requests/s', 'p50 ms', 'p95 ms', 'p99 ms', '/ floor'];
  const rows = mixes.flatMap(({ mix, results }) =>
    results.map((one) => [
      mix,
      one.target,
      figure(one.perSecond),
      ...[one.p50, one.p95, one.p99].map(figure),
      ...[FLOOR, ...PEERS].map((name) => ratio(times(one, of(results, name)))),
      figure(one.statements),
      figure(one.loopP99),
      verified(one),
    ]),
  );
  return table([...head, ...PEERS.map((name) => `/ ${name}`), 'SQL', 'loop p99 ms', 'answers'], rows);
}

const cycleTable = (cycles) =>
  table(
    [
      'first cycle of',
      'target',
      'people',
      'people/s',
      'first tenth',
      'last tenth',
      'last / first',
      'answers',
    ],
    cycles.map(({ size, target, people, perSecond, first, last, wrong }) => [
      size.toLocaleString('en'),
      target,
      people.toLocaleString('en'),
      ...[perSecond, first, last].map(figure),
      ratio(last / first),
      wrong === 0 ? 'all right' : `${wrong} wrong`,
    ]),
  );

const appliedTable = (applied) =>
  table(
    [
      'accepted -> applied',
      'changes',
      'p50 ms',
      'p95 ms',
      'p99 ms',
      'max ms',
      'not applied in a minute',
      'refused',
    ],
    applied.map(({ target, changes, p50, p95, p99, max, unapplied, refused }) => [
      target,
      changes.toLocaleString('en'),
      ...[p50, p95, p99, max].map(figure),
      unapplied,
      Object.entries(refused)
        .map(([status, count]) => `${count} of ${status}`)
        .join(', ') || 0,
    ]),
  );

const memoryTable = (memory) =>
  table(
    ['target', 'most memory (RSS)'],
    memory.map(({ target, rss }) => [target, megabytes(rss)]),
  );

/** The whole run as Markdown. */
export function benchmarkText({ facts, mixes, cycles, applied, memory, verdicts }) {
  const parts = [sentenceOf(facts)];
  if (verdicts.length > 0) parts.push(table(['asked', 'measured', 'holds'], verdicts));
  if (mixes.length > 0) parts.push(mixTable(mixes));
  if (cycles.length > 0) parts.push(cycleTable(cycles));
  if (applied.length > 0) parts.push(appliedTable(applied));
  if (memory.length > 0) parts.push(memoryTable(memory));
  return parts.join('\n\n');
}
