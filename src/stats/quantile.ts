import { between } from './selection.js';

/**
 * Quantile q ∈ [0, 1] of ascending values without NaN, by linear interpolation between order
 * statistics (numpy's default; type 7 of Hyndman & Fan 1996). NaN for no values.
 */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  if (sorted.length === 0 || !(q >= 0 && q <= 1)) return Number.NaN;
  const position = q * (sorted.length - 1);
  const index = Math.floor(position);
  const low = sorted[index] as number;
  const high = sorted[Math.min(index + 1, sorted.length - 1)] as number;
  return between(low, high, position - index);
}
