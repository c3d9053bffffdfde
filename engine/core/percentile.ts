// The percentile of a few figures, by nearest rank.

/**
 * The smallest of `figures` that at least `percent` of 100 of them do not exceed: rank ceil(percent/100 * n), as in
 * https://en.wikipedia.org/wiki/Percentile#The_nearest-rank_method. Undefined where there are none. `percent` is above 0.
 */
export function nearestRank(figures: readonly number[], percent: number): number | undefined {
  const sorted = figures.toSorted((a, b) => a - b);
  return sorted[Math.ceil((percent / 100) * sorted.length) - 1];
}
