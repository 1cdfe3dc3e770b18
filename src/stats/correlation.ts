import { type Ranked, ranksWith } from './midranks.js';

/**
 * Pearson's correlation over the rows where both have a value (pandas' and SciPy's). NaN below two such rows and
 * where either does not vary. Two passes: means first.
 */
export function pearsonCorrelation(x: Float64Array, y: Float64Array): number {
  let count = 0;
  let sumX = 0;
  let sumY = 0;
  // One value that all are measured from, so that large values far from 0 keep their digits.
  let originX = Number.NaN;
  let originY = Number.NaN;
  for (let i = 0; i < x.length; i++) {
    const a = x[i] as number;
    const b = y[i] as number;
    if (Number.isNaN(a) || Number.isNaN(b)) continue;
    if (count === 0) {
      originX = a;
      originY = b;
    }
    count++;
    sumX += a - originX;
    sumY += b - originY;
  }
  const meanX = originX + sumX / count;
  const meanY = originY + sumY / count;
  let xx = 0;
  let yy = 0;
  let xy = 0;
  for (let i = 0; i < x.length; i++) {
    const a = (x[i] as number) - meanX;
    const b = (y[i] as number) - meanY;
    if (Number.isNaN(a) || Number.isNaN(b)) continue;
    xx += a * a;
    yy += b * b;
    xy += a * b;
  }
  if (count < 2 || !varies(xx, meanX, count) || !varies(yy, meanY, count)) return Number.NaN;
  return Math.max(-1, Math.min(1, xy / Math.sqrt(xx) / Math.sqrt(yy)));
}

/** Deviations of the size of the mean's own rounding are those of a constant. */
function varies(squares: number, mean: number, count: number): boolean {
  return squares > count * (mean * 2 ** -52) ** 2;
}

/**
 * Spearman's rank correlation: Pearson's of the mean ranks, given among the rows where both have a value (as SciPy
 * with nan_policy='omit', and pandas).
 */
export function spearmanCorrelation(x: Ranked, y: Ranked): number {
  return pearsonCorrelation(ranksWith(x, y), ranksWith(y, x));
}

/** Correlations of all pairs, symmetric; the diagonal is 1, or NaN for a column that does not vary. */
export function correlationMatrix<Sample>(
  columns: readonly Sample[],
  correlation: (x: Sample, y: Sample) => number,
): number[][] {
  const matrix = columns.map(() => new Array<number>(columns.length).fill(Number.NaN));
  columns.forEach((x, i) => {
    columns.slice(0, i + 1).forEach((y, j) => {
      const value = correlation(x, y);
      (matrix[i] as number[])[j] = value;
      (matrix[j] as number[])[i] = value;
    });
  });
  return matrix;
}
