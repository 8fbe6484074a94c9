import { median } from '../load/statistics.mjs';

export const say = (line) => console.log(line);
export const ms = (number) => `${number.toFixed(1)} ms`;

export const patchOf = (...Operations) => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations,
});

/** Each of the named measurements `samples` times, one after the other in turn; medians by name. */
export async function inTurn(samples, work) {
  const took = Object.fromEntries(Object.keys(work).map((name) => [name, []]));
  for (let i = 0; i < samples; i += 1) {
    for (const [name, one] of Object.entries(work)) took[name].push((await one(i)).ms);
  }
  return Object.fromEntries(Object.entries(took).map(([name, list]) => [name, median(list)]));
}

/** Says what became of a figure from the small to the large, and whether that is within its bound. */
export function ratio(label, [small, large], bound) {
  const ratio = large / small;
  say(
    `${label}: ${ms(small)} -> ${ms(large)}, ratio ${ratio.toFixed(2)} (bound ${bound})${ratio > bound ? ' OVER' : ''}`,
  );
}
