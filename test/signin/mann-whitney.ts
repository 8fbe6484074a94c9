/**
 * How likely two samples of one distribution differ by at least as much as these do (two-sided Mann-Whitney U test, normal
 * approximation with the correction for ties; for samples of more than about twenty).
 */
export function mannWhitney(one: readonly number[], other: readonly number[]): number {
  const all = [...one.map((value) => ({ value, mine: 1 })), ...other.map((value) => ({ value, mine: 0 }))];
  all.sort((a, b) => a.value - b.value);
  let [ranks, ties] = [0, 0];
  for (let from = 0; from < all.length; ) {
    let to = from;
    while (to < all.length && all[to]?.value === all[from]?.value) to += 1;
    const count = to - from;
    const rank = (from + 1 + to) / 2;
    for (const { mine } of all.slice(from, to)) ranks += mine * rank;
    ties += count ** 3 - count;
    from = to;
  }
  const [n, m] = [one.length, other.length];
  const total = n + m;
  const u = ranks - (n * (n + 1)) / 2;
  const deviation = Math.sqrt(((n * m) / 12) * (total + 1 - ties / (total * (total - 1))));
  if (deviation === 0) return 1;
  return 2 * (1 - normal(Math.abs(u - (n * m) / 2) / deviation));
}

/** The standard normal distribution (Abramowitz and Stegun 26.2.17, to 7 decimals), for z >= 0. */
function normal(z: number): number {
  const t = 1 / (1 + 0.2316419 * z);
  const tail =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return 1 - (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * tail;
}
