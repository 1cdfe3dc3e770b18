/** The shape of a distribution, as estimated from a sample. */
export interface Shape {
  /** Adjusted Fisher–Pearson G₁; 0 is symmetric. NaN below three values. */
  readonly skewness: number;
  /** Excess kurtosis G₂; 0 is a normal's. NaN below four values. */
  readonly kurtosis: number;
}

/**
 * Skewness and excess kurtosis with the corrections for small samples of D. Joanes & C. Gill, "Comparing measures
 * of sample skewness and kurtosis", 1998 (G₁ and G₂; pandas' `skew` and `kurt`). Deviations are scaled before they
 * are raised, so that nothing overflows. Equal values give 0 for both.
 * @param values without NaN
 * @param mean of the values
 * @param sd their sample standard deviation
 */
export function shapeOf(values: ArrayLike<number>, { mean, sd }: { mean: number; sd: number }): Shape {
  const n = values.length;
  let second = 0;
  let third = 0;
  let fourth = 0;
  for (let i = 0; i < n; i++) {
    const deviation = sd > 0 ? ((values[i] as number) - mean) / sd : 0;
    const square = deviation * deviation;
    second += square;
    third += square * deviation;
    fourth += square * square;
  }
  const variance = second / n;
  const g1 = second === 0 ? 0 : third / n / variance ** 1.5;
  const g2 = second === 0 ? 0 : fourth / n / variance ** 2 - 3;
  const flat = second === 0;
  return {
    skewness: n < 3 ? Number.NaN : (Math.sqrt(n * (n - 1)) / (n - 2)) * g1,
    kurtosis: n < 4 ? Number.NaN : flat ? 0 : ((n - 1) / ((n - 2) * (n - 3))) * ((n + 1) * g2 + 6),
  };
}
