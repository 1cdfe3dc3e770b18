/**
 * Exact null distribution of the two-sample Kolmogorov–Smirnov distance: P(D ≥ statistic) for
 * samples of n1 and n2 values without ties.
 *
 * All interleavings of the samples are equally likely; each is a lattice path from (0,0) to (n1,n2),
 * and D ≥ h/lcm(n1,n2) when the path touches one of two lines beside the diagonal (J. L. Hodges,
 * "The significance probability of the Smirnov two-sample test", Arkiv för Matematik 3, 1958).
 */
export function exactKsSf(statistic: number, n1: number, n2: number): number {
  const divisor = greatestCommonDivisor(n1, n2);
  const steps = Math.round(statistic * (n1 / divisor) * n2);
  if (steps === 0) return 1;
  return n1 === n2 ? equalSizes(n1, steps) : unequalSizes(Math.max(n1, n2), Math.min(n1, n2), divisor, steps);
}

/**
 * n1 = n2 = n: the reflection principle gives 2·Σ_k (−1)^(k−1)·C(2n, n−kh)/C(2n, n) (Gnedenko &
 * Korolyuk 1951), here as nested products of ratios, which neither overflow nor cancel.
 */
function equalSizes(n: number, h: number): number {
  let nested = 0;
  for (let k = Math.floor(n / h) - 1; k >= 0; k--) {
    let ratio = 1;
    for (let j = 0; j < h; j++) ratio *= (n - k * h - j) / (n + k * h + j + 1);
    nested = ratio * (1 - nested);
  }
  return 2 * nested;
}

/**
 * n1 ≠ n2: `outside[j]` is the probability that a uniformly chosen path from (0,0) to (i,j) has
 * touched a line. Its last step came from (i−1,j) with probability i/(i+j), else from (i,j−1), so a
 * row follows from the row before by averaging; nothing is subtracted, small values keep their
 * relative accuracy. O(n1·n2·D) time, O(n1 + n2) memory.
 */
function unequalSizes(m: number, n: number, divisor: number, h: number): number {
  const mStep = m / divisor;
  const nStep = n / divisor;
  const reciprocal = new Float64Array(m + n + 1);
  for (let k = 1; k <= m + n; k++) reciprocal[k] = 1 / k;
  const outside = new Float64Array(n + 1).fill(1);
  outside.fill(0, 0, Math.min(Math.ceil(h / mStep), n + 1));
  for (let i = 1; i <= m; i++) {
    const first = Math.max(Math.floor((nStep * i - h) / mStep) + 1, 0);
    const end = Math.min(Math.ceil((nStep * i + h) / mStep), n + 1);
    if (end <= first) return 1;
    let value = 1;
    for (let j = first; j < end; j++) {
      const share = reciprocal[i + j] as number;
      value = (outside[j] as number) * (i * share) + value * (j * share);
      outside[j] = value;
    }
  }
  return outside[n] as number;
}

function greatestCommonDivisor(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}
