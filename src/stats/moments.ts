/** Moments of the finite values of a column; NaN and ±∞ count as missing. */
export interface Moments {
  readonly count: number;
  /** NaN when there is no value. */
  readonly mean: number;
  /** Divisor n; NaN when there is no value, Infinity where it is beyond the largest double. */
  readonly variance: number;
  /** √variance, finite even where the variance is not. */
  readonly deviation: number;
  /** Infinity and -Infinity when there is no value. */
  readonly min: number;
  readonly max: number;
}

/** A power of two that keeps squares of the largest doubles, however many, below infinity. */
const SHRINK = 2 ** -600;

/**
 * Two passes, the second about the mean of the first and corrected by what that mean missed (T. Chan, G. Golub &
 * R. LeVeque, "Algorithms for computing the sample variance", 1983), so that a large offset costs no digits.
 */
export function momentsOf(values: Float64Array): Moments {
  const totals = totalsOf(values);
  const { count, min, max } = totals;
  if (count === 0) return { ...totals, mean: Number.NaN, variance: Number.NaN, deviation: Number.NaN };
  if (min === max) return { ...totals, mean: min, variance: 0, deviation: 0 };
  const { mean, variance } = aboutMean(values, totals.sum / count, count);
  if (Number.isFinite(mean) && Number.isFinite(variance)) {
    return { count, mean, variance, deviation: Math.sqrt(variance), min, max };
  }
  const shrunk = momentsOf(values.map((value) => value * SHRINK));
  const deviation = shrunk.deviation / SHRINK;
  return { count, mean: shrunk.mean / SHRINK, variance: deviation * deviation, deviation, min, max };
}

function totalsOf(values: Float64Array): { count: number; sum: number; min: number; max: number } {
  let count = 0;
  let sum = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) continue;
    count++;
    sum += value;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { count, sum, min, max };
}

function aboutMean(values: Float64Array, mean: number, count: number): { mean: number; variance: number } {
  let squares = 0;
  let rest = 0;
  for (let i = 0; i < values.length; i++) {
    const difference = (values[i] as number) - mean;
    if (!Number.isFinite(difference)) continue;
    squares += difference * difference;
    rest += difference;
  }
  const variance = Math.max(0, (squares - (rest * rest) / count) / count);
  return { mean: mean + rest / count, variance };
}
