/**
 * Runs `stop` once: when the work is over, or when somebody ends the script before, so that no server is left behind.
 * Resolves with what the work resolved with.
 */
export async function endingWith(stop, work) {
  let ending;
  const end = () => {
    ending ??= stop();
    return ending;
  };
  for (const signal of ['SIGINT', 'SIGTERM'])
    process.once(signal, () => end().finally(() => process.exit(1)));
  try {
    return await work();
  } finally {
    await end();
  }
}
