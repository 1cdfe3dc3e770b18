import { deviance, nonZero, stirlingError } from './gamma.js';

/**
 * Binomial density at real counts, Γ(a+b+1) / (Γ(a+1)·Γ(b+1)) · p^a · q^b with q = 1 − p, by
 * Loader's saddle-point expansion. a, b > 0; 0 < p, q < 1; `excess` is a − (a+b)·p = a·q − b·p.
 */
export function binomialDensity(
  a: number,
  b: number,
  p: number,
  q: number,
  excess: number = a * q - b * p,
): number {
  const n = a + b;
  const correction = stirlingError(n) - stirlingError(a) - stirlingError(b);
  const exponent = correction - deviance(a, n * p, excess) - deviance(b, n * q, -excess);
  return Math.exp(exponent) * Math.sqrt(n / (2 * Math.PI * a * b));
}

/**
 * Regularised incomplete beta I_x(a, b) for a, b > 0 and 0 ≤ x ≤ 1. The complement y = 1 − x may be
 * passed where the caller knows it more exactly. NaN outside the domain. By continued
 * fraction; accurate to about 1e-13 relative in the lower tail.
 */
export function incompleteBeta(a: number, b: number, x: number, y: number = 1 - x): number {
  if (!(a > 0) || !(b > 0) || !(x >= 0) || !(y >= 0)) return Number.NaN;
  if (x === 0) return 0;
  if (y === 0) return 1;
  return x > (a + 1) / (a + b + 2) ? 1 - lowerTail(b, a, y, x) : lowerTail(a, b, x, y);
}

function lowerTail(a: number, b: number, x: number, y: number): number {
  const excess = a * y - b * x;
  const prefactor = binomialDensity(a, b, x, y, excess) * ((a * b) / (a + b));
  return prefactor * betaFraction(a, b, x, y, excess);
}

/**
 * Even part of DLMF 8.17.22 (A. DiDonato & A. Morris, TOMS 18, 1992, eq. 9), in which x enters through
 * a·y − b·x, so that nothing cancels where x is close to 1. Modified Lentz method.
 */
function betaFraction(a: number, b: number, x: number, y: number, excess: number): number {
  let denominator = (a / (a + 1)) * (excess + 1);
  let fraction = nonZero(denominator);
  let c = fraction;
  let d = 0;
  for (let n = 1; n < 1_000_000; n++) {
    const base = a + 2 * n - 1;
    const numerator = ((a + n - 1) / base) * ((a + b + n - 1) / base) * n * (b - n) * x * x;
    denominator = n + (n * (b - n) * x) / base + ((a + n) / (base + 2)) * (excess + 1 + n * (1 + y));
    d = 1 / nonZero(denominator + numerator * d);
    c = nonZero(denominator + numerator / c);
    fraction *= c * d;
    if (Math.abs(c * d - 1) < 2e-16) break;
  }
  return 1 / fraction;
}
