/** How much of a number's variance lies between groups. */
export interface CorrelationRatio {
  /** η, 0..1: the root of the share of variance between groups. NaN where the number does not vary. */
  readonly eta: number;
  /** The root of that share corrected for the number of groups, as in adjusted R² (ε², T. Kelley 1935); 0..1. */
  readonly adjusted: number;
}

/**
 * Correlation ratio η of a number over groups, rows without a number or a group (negative) passed over.
 * @param groups 0..size−1, one per row
 */
export function correlationRatio(
  groups: ArrayLike<number>,
  size: number,
  values: ArrayLike<number>,
): CorrelationRatio {
  const counts = new Float64Array(size);
  const sums = new Float64Array(size);
  let n = 0;
  let origin = Number.NaN;
  let total = 0;
  for (let i = 0; i < groups.length; i++) {
    const group = groups[i] as number;
    const value = values[i] as number;
    if (group < 0 || Number.isNaN(value)) continue;
    if (n === 0) origin = value;
    n++;
    total += value - origin;
    counts[group] = (counts[group] as number) + 1;
    sums[group] = (sums[group] as number) + (value - origin);
  }
  const mean = total / n;
  let whole = 0;
  for (let i = 0; i < groups.length; i++) {
    const deviation = (values[i] as number) - origin - mean;
    if ((groups[i] as number) >= 0 && !Number.isNaN(deviation)) whole += deviation * deviation;
  }
  if (n < 2 || whole === 0) return { eta: Number.NaN, adjusted: Number.NaN };
  let between = 0;
  let occupied = 0;
  for (let group = 0; group < size; group++) {
    const count = counts[group] as number;
    if (count === 0) continue;
    occupied++;
    between += count * ((sums[group] as number) / count - mean) ** 2;
  }
  const share = Math.min(1, between / whole);
  const unexplained = n > occupied ? (1 - share) * ((n - 1) / (n - occupied)) : 1;
  return { eta: Math.sqrt(share), adjusted: Math.sqrt(Math.max(0, 1 - unexplained)) };
}
