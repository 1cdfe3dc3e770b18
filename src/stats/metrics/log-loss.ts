import { type Weights, weightedMean } from './weighted-mean.js';

/**
 * Mean negative natural logarithm of the probability given to the true class. As scikit-learn 1.2:
 * probabilities are clipped to [ε, 1 − ε] with ε the machine epsilon of the array's type (2⁻²³ for
 * Float32Array, 2⁻⁵² for Float64Array), then each row is divided by its sum. NaN for no rows.
 *
 * @param truth class index per row
 * @param probabilities rows × classes, row-major
 */
export function logLoss(
  truth: ArrayLike<number>,
  probabilities: Float32Array | Float64Array,
  classes: number,
  weights?: Weights,
): number {
  return weightedMean(rowLogLosses(truth, probabilities, classes), weights);
}

/** The loss of each row. */
export function rowLogLosses(
  truth: ArrayLike<number>,
  probabilities: Float32Array | Float64Array,
  classes: number,
): Float64Array {
  const epsilon = probabilities instanceof Float32Array ? 2 ** -23 : 2 ** -52;
  const losses = new Float64Array(truth.length);
  for (let row = 0; row < losses.length; row++) {
    let rowSum = 0;
    let own = 0;
    for (let k = 0; k < classes; k++) {
      const clipped = Math.min(1 - epsilon, Math.max(epsilon, probabilities[row * classes + k] as number));
      rowSum += clipped;
      if (k === truth[row]) own = clipped;
    }
    losses[row] = -Math.log(own / rowSum);
  }
  return losses;
}
