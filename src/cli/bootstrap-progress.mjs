const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

export const say = (line) => process.stderr.write(`rollcall: ${line}\n`);

/**
 * One line for something that takes a while: with a running clock on a terminal, once at the start and once at the end
 * elsewhere. Returns what to call when it is done. No colours, so NO_COLOR has nothing to switch off.
 */
export function progress(title) {
  const start = performance.now();
  if (!process.stderr.isTTY) {
    say(`${title} ...`);
    return () => say(`${title}: done in ${seconds(start)}`);
  }
  const draw = () =>
    process.stderr.write(`\rrollcall: ${title} ... ${Math.round((performance.now() - start) / 1000)} s`);
  draw();
  const clock = setInterval(draw, 1_000);
  clock.unref();
  return () => {
    clearInterval(clock);
    process.stderr.write(`\rrollcall: ${title}: done in ${seconds(start)}\u001b[K\n`);
  };
}
