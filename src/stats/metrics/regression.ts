import { compensatedSum } from '../sum.js';

/** Mean of (truth − predicted)²; NaN for no rows. */
export function meanSquaredError(truth: ArrayLike<number>, predicted: ArrayLike<number>): number {
  return squaredErrors(truth, predicted) / truth.length;
}

/** Mean of |truth − predicted|; NaN for no rows. */
export function meanAbsoluteError(truth: ArrayLike<number>, predicted: ArrayLike<number>): number {
  const sum = compensatedSum(truth.length, (i) => Math.abs((truth[i] as number) - (predicted[i] as number)));
  return sum / truth.length;
}

/**
 * Coefficient of determination 1 − Σ(y − ŷ)² / Σ(y − ȳ)², as scikit-learn: a constant truth gives 1
 * when it is met exactly and else 0; fewer than two rows give NaN.
 */
export function r2Score(truth: ArrayLike<number>, predicted: ArrayLike<number>): number {
  if (truth.length < 2) return Number.NaN;
  const mean = compensatedSum(truth.length, (i) => truth[i] as number) / truth.length;
  const spread = compensatedSum(truth.length, (i) => ((truth[i] as number) - mean) ** 2);
  const errors = squaredErrors(truth, predicted);
  if (spread === 0) return errors === 0 ? 1 : 0;
  return 1 - errors / spread;
}

function squaredErrors(truth: ArrayLike<number>, predicted: ArrayLike<number>): number {
  return compensatedSum(truth.length, (i) => ((truth[i] as number) - (predicted[i] as number)) ** 2);
}
