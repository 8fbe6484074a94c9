import { setTimeout as sleep } from 'node:timers/promises';

/**
 * What the work takes for someone known and someone unknown differs by a statement or two. Answers leave at ticks of this
 * length only, whatever became of the work, so that their time says nothing (abuse 18).
 */
const TICK_MS = 150;

/** The result of some work, or its refusal, at the first tick after it was there. */
export async function answerLater<T>(work: Promise<T>): Promise<T> {
  let isDone = false;
  const settled = Promise.allSettled([work]).then(() => {
    isDone = true;
  });
  do await sleep(TICK_MS);
  while (!isDone);
  await settled;
  return work;
}
