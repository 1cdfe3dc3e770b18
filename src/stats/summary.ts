/** Moments of the finite values of a column; NaN and ±∞ count as missing. */
export interface Summary {
  readonly count: number;
  readonly missing: number;
  /** NaN when there is no value. */
  readonly mean: number;
  /** Sample standard deviation (divisor count − 1); NaN below two values. */
  readonly sd: number;
  readonly min: number;
  readonly max: number;
}

/** Two passes with compensated sums: the mean first, then squared deviations from it. */
export function summarise(values: ArrayLike<number>): Summary {
  let count = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) continue;
    count++;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const missing = values.length - count;
  if (count === 0)
    return { count, missing, mean: Number.NaN, sd: Number.NaN, min: Number.NaN, max: Number.NaN };
  const mean = sumOf(values, 0, false) / count;
  const squares = sumOf(values, mean, true);
  return { count, missing, mean, sd: count < 2 ? Number.NaN : Math.sqrt(squares / (count - 1)), min, max };
}

/**
 * Σ (x − centre), or of its squares, over the finite values. Neumaier's summation as in `compensatedSum`, spelled
 * out: here it runs over every value of every column, and a call per term takes three times as long.
 */
function sumOf(values: ArrayLike<number>, centre: number, isSquared: boolean): number {
  let sum = 0;
  let lost = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) continue;
    const deviation = value - centre;
    const term = isSquared ? deviation * deviation : deviation;
    const next = sum + term;
    lost += Math.abs(sum) >= Math.abs(term) ? sum - next + term : term - next + sum;
    sum = next;
  }
  return Number.isFinite(sum) ? sum + lost : sum;
}
