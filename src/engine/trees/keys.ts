/** Above every key of a number, and below. */
export const HIGHEST_KEY = 0x7fffffff;
export const LOWEST_KEY = -0x80000000;

const INFINITY_BITS = 0x7f800000;

/**
 * A whole number for the bits of a float32 that is in the same order as the floats are, since whole numbers compare faster.
 * Both zeros have one key; `missing` is the key of NaN.
 */
export function keyOf(bits: number, missing: number): number {
  const magnitude = bits & 0x7fffffff;
  if (magnitude > INFINITY_BITS) return missing;
  return bits < 0 ? -magnitude | 0 : bits;
}
