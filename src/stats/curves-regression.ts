import { ascendingOrder } from './ascending-order.js';
import { quantile } from './quantile.js';

/** What predicted values look like beside the true ones, as plain JSON. */
export interface RegressionCurves {
  /** Residuals by tenths of the rows in the order of their prediction, lowest first. */
  readonly deciles: readonly ResidualDecile[];
  /** Rows spread evenly over the range of predictions by rank, rising; the lowest and the highest are among them. */
  readonly sample: readonly { readonly predicted: number; readonly actual: number }[];
}

/** Rows of like prediction, and quantiles of truth − predicted, in units of the target. */
export interface ResidualDecile {
  /** Smallest and largest prediction. */
  readonly from: number;
  readonly to: number;
  readonly rows: number;
  readonly p10: number;
  readonly p25: number;
  readonly median: number;
  readonly p75: number;
  readonly p90: number;
}

const TENTHS = 10;
const SAMPLE_ROWS = 500;

/** @param most rows of the sample */
export function regressionCurves(
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
  most = SAMPLE_ROWS,
): RegressionCurves {
  const order = ascendingOrder(Float64Array.from(predicted));
  const size = Math.min(most, order.length);
  const step = size < 2 ? 0 : (order.length - 1) / (size - 1);
  return {
    deciles: decilesOf(truth, predicted, order),
    sample: Array.from({ length: size }, (_, i) => {
      const row = order[Math.round(i * step)] as number;
      return { predicted: predicted[row] as number, actual: truth[row] as number };
    }),
  };
}

function decilesOf(
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
  order: ArrayLike<number>,
): ResidualDecile[] {
  const tenths = Math.min(TENTHS, order.length);
  const startOf = (i: number): number => Math.floor((i * order.length) / tenths);
  return Array.from({ length: tenths }, (_, i) => {
    const [start, end] = [startOf(i), startOf(i + 1)];
    const residuals = Float64Array.from({ length: end - start }, (_, k) => {
      const row = order[start + k] as number;
      return (truth[row] as number) - (predicted[row] as number);
    }).sort();
    const at = (share: number): number => quantile(residuals, share);
    return {
      from: predicted[order[start] as number] as number,
      to: predicted[order[end - 1] as number] as number,
      rows: end - start,
      p10: at(0.1),
      p25: at(0.25),
      median: at(0.5),
      p75: at(0.75),
      p90: at(0.9),
    };
  });
}
