import { Connection } from './connection.mjs';

/** Kept of what went wrong: enough to see the reason. */
const MAX_EXAMPLES = 3;

/** What was sent and answered while it ran. */
export class Tally {
  times = [];
  wrong = 0;
  examples = [];

  note(problem) {
    this.wrong += 1;
    if (this.examples.length < MAX_EXAMPLES && !this.examples.includes(problem)) this.examples.push(problem);
  }
}

/**
 * One connection of a load: `ask` sends a request, times it, and has the answer checked. A check returns what is wrong
 * with the answer, or nothing.
 */
export class Lane {
  constructor(endpoint, index, count, tally) {
    this.connection = new Connection(endpoint);
    this.index = index;
    this.count = count;
    this.tally = tally;
  }

  async ask(method, path, body, check) {
    let answer;
    try {
      answer = await this.connection.request(method, path, body);
    } catch (error) {
      this.connection.end();
      this.tally.note(error.message);
      return undefined;
    }
    const problem = check(answer);
    if (problem) this.tally.note(`${method} ${path.slice(0, 60)}: ${problem}`);
    this.tally.times.push(answer.ms);
    return answer;
  }

  /** One of a list, from this connection's own share of it, so that no two write to the same thing at once. */
  pickOwn(list) {
    const share = Math.max(1, Math.floor(list.length / this.count));
    return list[(this.index * share + Math.floor(Math.random() * share)) % list.length];
  }
}

/**
 * Repeats `work(lane)` on every connection, each sending its next request when the last one is answered, until the time
 * is over; each does at least one. Resolves with times, faults and the seconds it took.
 */
export async function closedLoop({ endpoint, connections, seconds, work }) {
  const tally = new Tally();
  const lanes = Array.from({ length: connections }, (_, i) => new Lane(endpoint, i, connections, tally));
  const began = performance.now();
  const end = began + seconds * 1000;
  await Promise.all(
    lanes.map(async (lane) => {
      do await work(lane);
      while (performance.now() < end);
    }),
  );
  const took = (performance.now() - began) / 1000;
  for (const lane of lanes) lane.connection.end();
  return { times: tally.times, wrong: tally.wrong, examples: tally.examples, seconds: took };
}
