const { fround } = Math;

const LARGEST = 2 ** 128 - 2 ** 104;
/** Half-way between the largest float32 and what would be the next one. */
const OVERFLOW_TIE = 2 ** 128 - 2 ** 103;

/**
 * `a · b + c` of three float32 numbers, rounded to float32 once, as a processor's fused multiply-add gives it: for any
 * values, subnormal ones and overflow too. NaN and infinities come out as in IEEE 754.
 *
 * The product of two float32 numbers is exact in double, so that only the sum is rounded twice: to double, then to
 * float32. That can differ from one rounding only where the double lies half-way between two float32 numbers and the
 * exact sum does not.
 */
export function fusedMultiplyAdd(a: number, b: number, c: number): number {
  const sum = a * b + c;
  const nearest = fround(sum);
  // As far beyond the sum as `nearest` lies before it: another float32 just where the sum is half-way.
  const opposite = sum + (sum - nearest);
  if (fround(opposite) !== opposite || opposite === nearest) return nearest;
  return roundTie(a * b, c, sum, nearest, opposite);
}

/** Of the two float32 numbers around a sum that looks half-way, the one on whose side the exact sum lies. */
function roundTie(product: number, c: number, sum: number, nearest: number, opposite: number): number {
  // The exact error of the sum in double (Knuth's TwoSum).
  const added = sum - product;
  const error = product - (sum - added) + (c - added);
  if (error === 0) return nearest;
  if (Math.abs(nearest) !== Infinity)
    return error > 0 ? Math.max(nearest, opposite) : Math.min(nearest, opposite);
  if (sum === OVERFLOW_TIE && error < 0) return LARGEST;
  return sum === -OVERFLOW_TIE && error > 0 ? -LARGEST : nearest;
}
