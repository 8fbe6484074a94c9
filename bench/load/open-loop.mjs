import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Starts `work(n)` at `rate` a second whatever is still unanswered, as clients that know nothing of each other do, for
 * `seconds`; resolves when all have ended. `late` is by how much the client itself missed its own clock at worst.
 */
export async function openLoop({ rate, seconds, work }) {
  const running = new Set();
  const began = performance.now();
  let late = 0;
  for (let n = 0; n < rate * seconds; n += 1) {
    const due = began + (n * 1000) / rate;
    const wait = due - performance.now();
    if (wait > 1) await sleep(wait);
    late = Math.max(late, performance.now() - due);
    const one = work(n).finally(() => running.delete(one));
    running.add(one);
  }
  await Promise.all(running);
  return { late, seconds: (performance.now() - began) / 1000 };
}
