import { compensatedSum } from '../sum.js';

/** How much each row counts, 0 or more; each row once when not given. */
export type Weights = ArrayLike<number> | undefined;

/** Σ weight · value / Σ weight; NaN where nothing counts. */
export function weightedMean(values: ArrayLike<number>, weights?: Weights): number {
  if (weights === undefined) return compensatedSum(values.length, (i) => values[i] as number) / values.length;
  const sum = compensatedSum(values.length, (i) => (weights[i] as number) * (values[i] as number));
  return sum / compensatedSum(values.length, (i) => weights[i] as number);
}
