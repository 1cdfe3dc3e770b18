import { ascendingOrder } from './ascending-order.js';
import { quantile } from './quantile.js';

/** How probabilities are put into bins. */
export interface Binning {
  readonly bins: number;
  /** `uniform`: bins of equal width; `quantile`: of equal numbers of rows, as far as ties allow. */
  readonly strategy: 'uniform' | 'quantile';
}

/**
 * The bin of each probability, 0 ... bins − 1: (0, 1/bins], and so on; 0 is in the first. Of quantile bins, some can stay
 * empty where there are ties. As scikit-learn's `calibration_curve`.
 */
export function assignBins(probabilities: Float64Array, { bins, strategy }: Binning): Int32Array {
  const edges = innerEdges(probabilities, bins, strategy);
  return Int32Array.from(probabilities, (p) => {
    let low = 0;
    let high = edges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((edges[middle] as number) < p) low = middle + 1;
      else high = middle;
    }
    return low;
  });
}

function innerEdges(probabilities: Float64Array, bins: number, strategy: Binning['strategy']): Float64Array {
  const step = 1 / bins;
  const shares = Float64Array.from({ length: bins - 1 }, (_, i) => (i + 1) * step);
  if (strategy === 'uniform') return shares;
  const sorted = Float64Array.from(ascendingOrder(probabilities), (row) => probabilities[row] as number);
  return shares.map((share) => quantile(sorted, share));
}
