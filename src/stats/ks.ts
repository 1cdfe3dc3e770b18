import { exactKsSf } from './ks-exact.js';
import { kolmogorovSmirnovSf } from './ks-one-sample.js';

export interface KsResult {
  /** Largest distance between the two empirical distribution functions, 0..1; NaN for an empty sample. */
  readonly statistic: number;
  readonly pValue: number;
  readonly method: 'exact' | 'asymptotic';
}

const EXACT_MAX_ROWS = 10_000;

/**
 * Two-sample two-sided Kolmogorov–Smirnov test over ascending arrays without NaN. Ties within and
 * between samples are allowed (the p-value is then conservative). Equal to
 * scipy.stats.ks_2samp(method='auto').
 */
export function ksTwoSample(a: ArrayLike<number>, b: ArrayLike<number>): KsResult {
  return ksTest(ksDistance(a, b), a.length, b.length);
}

/** The test for a distance D that is known already, between samples of n1 and n2 values. */
export function ksTest(statistic: number, n1: number, n2: number): KsResult {
  const exact = Math.max(n1, n2) <= EXACT_MAX_ROWS;
  const method = exact ? 'exact' : 'asymptotic';
  if (n1 === 0 || n2 === 0) return { statistic: Number.NaN, pValue: Number.NaN, method };
  const pValue = exact
    ? exactKsSf(statistic, n1, n2)
    : kolmogorovSmirnovSf(statistic, roundHalfEven((n1 * n2) / (n1 + n2)));
  return { statistic, pValue: Math.min(1, Math.max(0, pValue)), method };
}

/** sup |F_a − F_b| by one merge of the two ascending arrays; values equal across both step together. */
function ksDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let i = 0;
  let j = 0;
  let distance = 0;
  while (i < a.length && j < b.length) {
    const value = Math.min(a[i] as number, b[j] as number);
    while (i < a.length && a[i] === value) i++;
    while (j < b.length && b[j] === value) j++;
    distance = Math.max(distance, Math.abs(i / a.length - j / b.length));
  }
  return distance;
}

function roundHalfEven(x: number): number {
  const down = Math.floor(x);
  if (x - down !== 0.5) return Math.round(x);
  return down % 2 === 0 ? down : down + 1;
}
