/**
 * Distribution of the one-sample two-sided Kolmogorov–Smirnov distance, which SciPy's asymptotic
 * two-sample test uses with n = n1·n2/(n1+n2). The choice of method follows R. Simard &
 * P. L'Ecuyer, "Computing the two-sided Kolmogorov–Smirnov distribution", J. Stat. Software 39(11),
 * 2011; cut-offs as in scipy.stats.kstwo.
 */
import { binomialDensity } from './beta.js';
import { durbinMatrixCdf } from './ks-durbin.js';
import { pelzGoodCdf } from './ks-pelz-good.js';

const SMALL_N = 140;
const SUMMED_MAX_N = 1_000_000;
const MATRIX_MAX_N = 100_000;

/** P(D_n ≥ d) for whole n ≥ 1 under the null hypothesis; NaN for other n. */
export function kolmogorovSmirnovSf(d: number, n: number): number {
  if (!(n >= 1) || !Number.isInteger(n) || Number.isNaN(d)) return Number.NaN;
  if (d >= 1) return 0;
  if (n * d <= 0.5) return 1;
  const scaled = n * d * d;
  if (d >= 0.5) return twiceOneSided(d, n);
  if (n <= SMALL_N) return scaled > 4 ? twiceOneSided(d, n) : 1 - durbinMatrixCdf(d, n);
  if (scaled >= 370) return 0;
  if (scaled >= 2.2) return twiceOneSided(d, n);
  return 1 - (n <= MATRIX_MAX_N && n * d ** 1.5 <= 1.4 ? durbinMatrixCdf(d, n) : pelzGoodCdf(d, n));
}

/** In the tail both one-sided events hardly ever happen together (never for d ≥ ½). */
function twiceOneSided(d: number, n: number): number {
  return Math.min(1, 2 * smirnovSf(d, n));
}

/**
 * P(D_n⁺ ≥ d) after Smirnov and Birnbaum & Tingey (1951),
 * d·Σ_v C(n,v)·(d + v/n)^(v−1)·(1 − d − v/n)^(n−v): all terms are positive, and each is a binomial
 * density whose deviation from its mean is exactly −n·d. From a million on, Maag & Dicaire's
 * approximation exp(−(6nd + 1)²/18n), whose error is then below rounding in any decision.
 */
function smirnovSf(d: number, n: number): number {
  if (n >= SUMMED_MAX_N) return Math.exp(-((6 * n * d + 1) ** 2) / (18 * n));
  let sum = Math.exp(n * Math.log1p(-d));
  for (let v = 1; v < n; v++) {
    const p = d + v / n;
    const q = 1 - p;
    if (q <= 0) break;
    sum += (d / p) * binomialDensity(v, n - v, p, q, -n * d);
  }
  return sum;
}
