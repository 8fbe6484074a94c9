import { FLOOR, PEERS, times } from './benchmark.mjs';
import { figure, megabytes, ratio } from './format.mjs';

const holds = (isSo) => (isSo ? 'yes' : 'no');
const isRollcall = ({ target }) => target.startsWith('Rollcall');
const answersRightly = ({ wrong, final, skipped }) => wrong === 0 && final === undefined && !skipped;

/** The mix where the ratio to the others is smallest, over both Rollcalls. */
function least(mixes, against) {
  const all = mixes.flatMap(({ mix, results }) =>
    results
      .filter(isRollcall)
      .flatMap((own) =>
        results
          .filter((other) => against.includes(other.target) && answersRightly(other))
          .map((other) => ({ mix, of: times(own, other), other: other.target })),
      ),
  );
  return all.toSorted((a, b) => a.of - b.of)[0];
}

function ratioVerdict(sentence, mixes, against, bound) {
  const worst = least(mixes, against);
  if (!worst) return [];
  return [[sentence, `${ratio(worst.of)} (${worst.mix}, ${worst.other})`, holds(worst.of >= bound)]];
}

/** Each figure that is asked for, with the worst that was measured. */
export function verdictsOf({ mixes, cycles, applied, memory }) {
  const scim = (kind) => mixes.filter((one) => one.kind === kind && !one.mix.startsWith('GraphQL'));
  const named = (name) => mixes.filter(({ mix }) => mix === name);
  const reads = scim('read').filter(({ mix }) => mix !== 'list page of 50');
  return [
    ...ratioVerdict('reads: at least 0.5 of the floor', reads, [FLOOR], 0.5),
    ...ratioVerdict('reads: at least 2 times every peer that answers rightly', reads, PEERS, 2),
    ...ratioVerdict('writes: at least 0.45 of the floor', scim('write'), [FLOOR], 0.45),
    ...ratioVerdict('writes: at least 3 times every peer that answers rightly', scim('write'), PEERS, 3),
    ...ratioVerdict(
      'GraphQL person: at least 0.35 of the floor',
      named('GraphQL person by id'),
      [FLOOR],
      0.35,
    ),
    ...ratioVerdict(
      'GraphQL page of 50: at least 0.3 of the floor',
      named('GraphQL people page of 50'),
      [FLOOR],
      0.3,
    ),
    ...cycles
      .filter(({ target, size }) => isRollcall({ target }) && size >= 100_000)
      .map(({ target, first, last, people }) => [
        `first cycle at 100,000, ${target}: last tenth at least 0.85 of the first`,
        `${ratio(last / first)} (${people.toLocaleString('en')} people)`,
        holds(last / first >= 0.85),
      ]),
    ...applied.map(({ target, p99, unapplied, refused }) => [
      `accepted -> applied at 200/s, ${target}: p99 at most 1 s`,
      `${figure(p99)} ms`,
      holds(p99 <= 1000 && unapplied === 0 && Object.keys(refused).length === 0),
    ]),
    ...memory
      .filter(isRollcall)
      .map(({ target, rss }) => [
        `memory, ${target}: at most 512 MiB`,
        megabytes(rss),
        holds(rss <= 512 * 2 ** 20),
      ]),
  ];
}
