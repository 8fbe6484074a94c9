/** One operation of a history, and when it was sent and answered by one clock. */
export interface Event<Op, Said> {
  op: Op;
  said: Said;
  sent: number;
  answered: number;
}

/** What a history is checked against. */
export interface Specification<State, E> {
  initial: State;
  /** The states in which this answer could have left the one before: none when it is impossible there. */
  after(state: State, event: E): State[];
  /** Two states with the same key have the same future. */
  keyOf(state: State): string;
  /** Whether the history may end there. */
  mayEnd?(state: State): boolean;
}

/**
 * An order of the events that respects who was answered before whom was sent, and in which every answer is right (Wing
 * and Gong, with Lowe's memory of what was tried); undefined when there is none. Exponential at worst, so histories are
 * of one key or of few events.
 */
export function linearise<State, E extends Event<unknown, unknown>>(
  history: readonly E[],
  { initial, after, keyOf, mayEnd = () => true }: Specification<State, E>,
): E[] | undefined {
  const events = history.toSorted((a, b) => a.sent - b.sent);
  const tried = new Set<string>();
  const done = new Set<number>();
  const order: E[] = [];

  const search = (state: State, from: number): boolean => {
    if (done.size === events.length) return mayEnd(state);
    const seen = `${from} ${[...done].filter((n) => n > from).sort((a, b) => a - b)} ${keyOf(state)}`;
    if (tried.has(seen)) return false;
    tried.add(seen);
    let firstAnswer = Number.POSITIVE_INFINITY;
    for (let n = from; n < events.length; n += 1) {
      const event = events[n] as E;
      // Whoever was sent after an open one was answered cannot come before it.
      if (event.sent > firstAnswer) break;
      if (done.has(n)) continue;
      firstAnswer = Math.min(firstAnswer, event.answered);
      for (const next of after(state, event)) {
        done.add(n);
        order.push(event);
        let first = from;
        while (done.has(first)) first += 1;
        if (search(next, first)) return true;
        order.pop();
        done.delete(n);
      }
    }
    return false;
  };
  return search(initial, 0) ? order : undefined;
}

let ticks = 0;

/** Sends an operation and notes by a clock that never stands still when it was sent and answered. */
export async function observed<Op, Said>(op: Op, send: (op: Op) => Promise<Said>): Promise<Event<Op, Said>> {
  ticks += 1;
  const sent = ticks;
  const said = await send(op);
  ticks += 1;
  return { op, said, sent, answered: ticks };
}
