/**
 * Distribution functions and quantiles. Reference: scipy.stats (norm, chi2, f, t, kstwobign), equal to
 * about 1e-12 relative, tails included. Arguments outside the domain, and NaN, give NaN.
 */
import { incompleteBeta } from './beta.js';
import { logGamma, lowerGamma, upperGamma } from './gamma.js';

/** P(Z ≤ x) of the standard normal. */
export function normalCdf(x: number): number {
  const half = (x * x) / 2;
  return x < 0 ? 0.5 * upperGamma(0.5, half) : 0.5 + 0.5 * lowerGamma(0.5, half);
}

/** P(Z > x), accurate in the far upper tail. */
export function normalSf(x: number): number {
  return normalCdf(-x);
}

/** x with P(Z ≤ x) = p; −∞ at 0, +∞ at 1. */
export function normalQuantile(p: number): number {
  return symmetricQuantile(p, {
    density: normalDensity,
    centre: (x) => 0.5 * lowerGamma(0.5, (x * x) / 2),
    tail: normalSf,
    // sf(x) < exp(−x²/2): never left of the root.
    tailStart: (q) => Math.sqrt(-2 * Math.log(q)),
  });
}

function normalDensity(x: number): number {
  return Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
}

/** P(X > x) of chi-square with df > 0 degrees of freedom. */
export function chiSquareSf(x: number, df: number): number {
  return upperGamma(df / 2, Math.max(x, 0) / 2);
}

/**
 * P(F > x) of Fisher's F with df1, df2 > 0 degrees of freedom, accurate in the far upper tail; 1 for x ≤ 0.
 * Abramowitz & Stegun 26.6.2.
 */
export function fisherSf(x: number, df1: number, df2: number): number {
  if (x <= 0) return 1;
  if (x === Number.POSITIVE_INFINITY) return 0;
  const scaled = df1 * x;
  return incompleteBeta(df2 / 2, df1 / 2, df2 / (df2 + scaled), scaled / (df2 + scaled));
}

/** P(T > t) of Student's t with df > 0 degrees of freedom (not necessarily whole). */
export function studentSf(t: number, df: number): number {
  if (Math.abs(t) === Number.POSITIVE_INFINITY) return t > 0 ? 0 : 1;
  if (t < 0) return 1 - studentSf(-t, df);
  const square = t * t;
  return 0.5 * incompleteBeta(df / 2, 0.5, df / (df + square), square / (df + square));
}

/** t with P(T ≤ t) = p for df ≥ 1; −∞ at 0, +∞ at 1. */
export function studentQuantile(p: number, df: number): number {
  if (!(df >= 1)) return Number.NaN;
  const logScale = logGamma((df + 1) / 2) - logGamma(df / 2) - 0.5 * Math.log(df * Math.PI);
  return symmetricQuantile(p, {
    density: (t) => Math.exp(logScale - ((df + 1) / 2) * Math.log1p((t * t) / df)),
    centre: (t) => 0.5 * incompleteBeta(0.5, df / 2, (t * t) / (df + t * t), df / (df + t * t)),
    tail: (t) => studentSf(t, df),
    // The normal's quantile lies left of the root; one Newton step in ln t then overshoots.
    tailStart: (q) => -normalQuantile(q),
  });
}

interface SymmetricDistribution {
  density(x: number): number;
  /** P(0 < X ≤ x), relative accuracy kept for small x. */
  centre(x: number): number;
  /** P(X > x) for x > 0. */
  tail(x: number): number;
  tailStart(q: number): number;
}

/**
 * Quantile of a distribution symmetric about 0. In the centre Newton's method on P(0 < X ≤ x), which
 * is concave; in the tails (probability < ¼) on ln P(X > x) against ln x, concave too, so that both
 * converge from one side and keep relative accuracy.
 */
function symmetricQuantile(p: number, distribution: SymmetricDistribution): number {
  if (!(p >= 0 && p <= 1)) return Number.NaN;
  if (p === 0) return Number.NEGATIVE_INFINITY;
  if (p === 1) return Number.POSITIVE_INFINITY;
  if (p === 0.5) return 0;
  const sign = p < 0.5 ? -1 : 1;
  const upper = Math.min(p, 1 - p);
  return (
    sign *
    (upper < 0.25 ? tailQuantile(upper, distribution) : centreQuantile(Math.abs(p - 0.5), distribution))
  );
}

function centreQuantile(mass: number, { density, centre }: SymmetricDistribution): number {
  let x = mass / density(0);
  for (let step = 0; step < 50; step++) {
    const change = (mass - centre(x)) / density(x);
    x += change;
    if (Math.abs(change) <= 1e-15 * x) break;
  }
  return x;
}

function tailQuantile(mass: number, { density, tail, tailStart }: SymmetricDistribution): number {
  let x = tailStart(mass);
  for (let step = 0; step < 100; step++) {
    const beyond = tail(x);
    const change = (Math.log(beyond / mass) * beyond) / (x * density(x));
    x *= Math.exp(change);
    if (Math.abs(change) <= 1e-15) break;
  }
  return x;
}

/**
 * Limiting survival function of √n·D, 2·Σ (−1)^(k−1)·exp(−2k²x²); below 0.82 through the dual theta
 * series 1 − √(2π)/x·Σ exp(−(2k−1)²π²/(8x²)), which converges fast there.
 */
export function kolmogorovSf(x: number): number {
  if (Number.isNaN(x)) return Number.NaN;
  if (x <= 0) return 1;
  let sum = 0;
  if (x < 0.82) {
    for (let k = 5; k >= 1; k--) sum += Math.exp(-(((2 * k - 1) * Math.PI) ** 2) / (8 * x * x));
    return 1 - (Math.sqrt(2 * Math.PI) / x) * sum;
  }
  for (let k = 6; k >= 1; k--) sum = Math.exp(-2 * k * k * x * x) - sum;
  return 2 * sum;
}
