/** The value below which the share `q` of the list lies (nearest rank); null of an empty list. */
export function quantile(list, q) {
  if (list.length === 0) return null;
  const sorted = Float64Array.from(list).sort();
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))];
}

/** Of an even number of values the mean of the middle two, so that no round counts more than another. */
export function median(list) {
  const known = list.filter((one) => one !== null && one !== undefined && !Number.isNaN(one));
  if (known.length === 0) return null;
  const sorted = known.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** How much the values grow for each step of x: the slope of the straight line nearest to the points. */
export function slope(points) {
  const mean = (pick) => points.reduce((sum, point) => sum + pick(point), 0) / points.length;
  const [meanX, meanY] = [mean(([x]) => x), mean(([, y]) => y)];
  const over = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  const under = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  return under === 0 ? 0 : over / under;
}

/** p50, p95 and p99 of times in milliseconds. */
export const percentiles = (times) => ({
  p50: quantile(times, 0.5),
  p95: quantile(times, 0.95),
  p99: quantile(times, 0.99),
});
