/**
 * Works through `items` with at most `concurrency` at a time, taking the next only when one is done, so an endless
 * iterable costs nothing. The first rejection stops the taking and rejects once those under way have ended.
 */
export async function eachOf<T>(
  items: Iterable<T>,
  concurrency: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.iterator]();
  let stopped = false;
  const takeUntilDone = async (): Promise<void> => {
    while (!stopped) {
      const next = iterator.next();
      if (next.done === true) return;
      try {
        await work(next.value);
      } catch (error) {
        stopped = true;
        throw error;
      }
    }
  };
  const workers = Array.from({ length: Math.max(1, concurrency) }, takeUntilDone);
  const ends = await Promise.allSettled(workers);
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}
