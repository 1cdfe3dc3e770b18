/**
 * Pearson's correlation of two columns over the rows where neither is NaN. NaN where one of them is constant
 * there, or fewer than two rows are left.
 */
export function pearson(a: Float64Array, b: Float64Array): number {
  const { meanA, meanB, isConstant } = meansOf(a, b);
  if (isConstant) return Number.NaN;
  let squaresA = 0;
  let squaresB = 0;
  let products = 0;
  for (let row = 0; row < a.length; row++) {
    const x = (a[row] as number) - meanA;
    const y = (b[row] as number) - meanB;
    if (Number.isNaN(x) || Number.isNaN(y)) continue;
    squaresA += x * x;
    squaresB += y * y;
    products += x * y;
  }
  const correlation = products / (Math.sqrt(squaresA) * Math.sqrt(squaresB));
  return Math.max(-1, Math.min(1, correlation));
}

function meansOf(a: Float64Array, b: Float64Array): { meanA: number; meanB: number; isConstant: boolean } {
  let count = 0;
  let sumA = 0;
  let sumB = 0;
  let firstA = Number.NaN;
  let firstB = Number.NaN;
  let isConstantA = true;
  let isConstantB = true;
  for (let row = 0; row < a.length; row++) {
    const x = a[row] as number;
    const y = b[row] as number;
    if (Number.isNaN(x) || Number.isNaN(y)) continue;
    if (count === 0) {
      firstA = x;
      firstB = y;
    }
    count++;
    sumA += x;
    sumB += y;
    if (x !== firstA) isConstantA = false;
    if (y !== firstB) isConstantB = false;
  }
  return { meanA: sumA / count, meanB: sumB / count, isConstant: isConstantA || isConstantB };
}
