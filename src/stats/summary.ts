import { compensatedSum } from './sum.js';

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
  const mean = compensatedSum(values.length, (i) => finiteOr0(values[i] as number)) / count;
  const squares = compensatedSum(values.length, (i) => {
    const value = values[i] as number;
    return Number.isFinite(value) ? (value - mean) ** 2 : 0;
  });
  return { count, missing, mean, sd: count < 2 ? Number.NaN : Math.sqrt(squares / (count - 1)), min, max };
}

function finiteOr0(value: number): number {
  return Number.isFinite(value) ? value : 0;
}
