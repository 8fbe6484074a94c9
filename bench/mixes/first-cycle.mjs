import { closedLoop } from '../load/closed-loop.mjs';
import { pushPerson } from './people.mjs';

const CONNECTIONS = 10;

/**
 * A whole company arrives in an empty directory: for everybody a miss, a create and a hit. `first` and `last` are people
 * per second in the first and last tenth, so that what a growing directory costs can be seen. Ends after `limit`
 * seconds with those who made it.
 */
export async function firstCycle({ directory, people, limit }) {
  const moments = [];
  let next = 0;
  const began = performance.now();
  const isOver = () => next >= people || performance.now() - began > limit * 1000;
  const result = await closedLoop({
    endpoint: directory.endpoint,
    connections: CONNECTIONS,
    seconds: 0,
    work: async (lane) => {
      while (!isOver()) {
        next += 1;
        await pushPerson(lane);
        moments.push(performance.now() - began);
      }
    },
  });
  const tenth = Math.floor(moments.length / 10);
  const rate = (from, to) => ((to - from) * 1000) / (moments[to - 1] - (moments[from - 1] ?? 0));
  return {
    people: moments.length,
    perSecond: moments.length / result.seconds,
    first: rate(0, tenth),
    last: rate(moments.length - tenth, moments.length),
    wrong: result.wrong,
    examples: result.examples,
  };
}
