/**
 * How far two samples differ, apart from whether the difference is significant. The functions over
 * counts take one count per level or bin and give NaN when either sample is empty.
 */

/**
 * Cramér's V as it would come out for two samples of equal size with these shares: √(½·Σ (p−q)²/(p+q)),
 * 0..1. Unlike √(χ²/N) it does not shrink when a small sample is held against a large one.
 */
export function balancedCramersV(a: readonly number[], b: readonly number[]): number {
  return Math.sqrt(sumOverShares(a, b, 0, (p, q) => (p - q) ** 2 / (p + q)) / 2);
}

/**
 * Population stability index Σ (q − p)·ln(q/p); by custom 0.1 is a small and 0.25 a large change.
 * Half a count is added to every cell (Jeffreys), so that an empty cell keeps it finite.
 */
export function populationStabilityIndex(a: readonly number[], b: readonly number[]): number {
  return sumOverShares(a, b, 0.5, (p, q) => (q - p) * Math.log(q / p));
}

/** Jensen–Shannon distance with base-2 logarithms, 0..1 (scipy.spatial.distance.jensenshannon). */
export function jensenShannonDistance(a: readonly number[], b: readonly number[]): number {
  const divergence = sumOverShares(a, b, 0, (p, q) => {
    const middle = (p + q) / 2;
    return (relativeEntropy(p, middle) + relativeEntropy(q, middle)) / 2;
  });
  return Math.sqrt(Math.max(0, divergence));
}

/**
 * (current mean − baseline mean) / baseline sd. Null where there is no scale: the sd is 0 or NaN, or
 * a mean is missing.
 */
export function meanShift(baseline: { mean: number; sd: number }, currentMean: number): number | null {
  const shift = (currentMean - baseline.mean) / baseline.sd;
  return Number.isFinite(shift) ? shift : null;
}

function relativeEntropy(p: number, q: number): number {
  return p === 0 ? 0 : p * Math.log2(p / q);
}

function sumOverShares(
  a: readonly number[],
  b: readonly number[],
  added: number,
  term: (p: number, q: number) => number,
): number {
  const sumA = a.reduce((sum, count) => sum + count, 0);
  const sumB = b.reduce((sum, count) => sum + count, 0);
  if (sumA === 0 || sumB === 0) return Number.NaN;
  let result = 0;
  for (let i = 0; i < a.length; i++) {
    const p = ((a[i] as number) + added) / (sumA + added * a.length);
    const q = ((b[i] as number) + added) / (sumB + added * a.length);
    if (p + q > 0) result += term(p, q);
  }
  return result;
}
