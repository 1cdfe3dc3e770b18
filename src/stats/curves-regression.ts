import { ascendingOrder } from './ascending-order.js';
import { quantile } from './quantile.js';

/** What predicted values look like beside the true ones, as plain JSON. */
export interface RegressionCurves {
  /** Quantiles of truth − predicted, in units of the target. */
  readonly residualQuantiles: readonly { readonly share: number; readonly residual: number }[];
  /** Rows spread evenly over the range of predictions by rank, rising; the lowest and the highest are among them. */
  readonly sample: readonly { readonly predicted: number; readonly actual: number }[];
}

const SHARES = [0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1];
const SAMPLE_ROWS = 500;

/** @param most rows of the sample */
export function regressionCurves(
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
  most = SAMPLE_ROWS,
): RegressionCurves {
  const residuals = Float64Array.from(truth, (value, row) => value - (predicted[row] as number)).sort();
  const order = ascendingOrder(Float64Array.from(predicted));
  const size = Math.min(most, order.length);
  const step = size < 2 ? 0 : (order.length - 1) / (size - 1);
  return {
    residualQuantiles: SHARES.map((share) => ({ share, residual: quantile(residuals, share) })),
    sample: Array.from({ length: size }, (_, i) => {
      const row = order[Math.round(i * step)] as number;
      return { predicted: predicted[row] as number, actual: truth[row] as number };
    }),
  };
}
