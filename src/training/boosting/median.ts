/**
 * The weighted median: midway between the smallest value up to which at least half of the weight lies and the smallest up
 * to which more than half does. With equal weights it is the ordinary median.
 *
 * @param values at least one, no NaN
 * @param weights one per value, above 0; null = all equal
 */
export function weightedMedian(values: Float64Array, weights: Float64Array | null): number {
  if (weights === null) return medianOf(values.slice().sort());
  const order = Int32Array.from(values.keys()).sort(
    (a, b) => (values[a] as number) - (values[b] as number) || a - b,
  );
  const half = weights.reduce((sum, weight) => sum + weight, 0) / 2;
  let lower = Number.NaN;
  let below = 0;
  for (const place of order) {
    below += weights[place] as number;
    const value = values[place] as number;
    if (Number.isNaN(lower) && below >= half) lower = value;
    if (below > half) return (lower + value) / 2;
  }
  return lower;
}

function medianOf(sorted: Float64Array): number {
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}
