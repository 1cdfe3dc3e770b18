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
  return quantileBetween(low, high, position - index);
}

/** The value `share` ∈ [0, 1) of the way between two neighbouring order statistics. */
export function quantileBetween(low: number, high: number, share: number): number {
  if (low === high) return low;
  // The distance of the largest doubles is none.
  if (!Number.isFinite(high - low)) return low * (1 - share) + high * share;
  // From the nearer end, so that q = 1 and equal neighbours come out exactly.
  return share < 0.5 ? low + (high - low) * share : high - (high - low) * (1 - share);
}
