import { areaUnderRoc, rankScores, reachedBy } from './ranked-scores.js';
import type { Weights } from './weighted-mean.js';

/**
 * Area under the ROC curve of class `positive` against the rest: the share of (positive, negative) pairs in which the
 * positive has the higher score, ties counting one half (equal to scikit-learn's trapezoid). NaN when either side has no
 * rows, or a score is NaN.
 *
 * @param truth class index per row
 * @param scores rows × classes, row-major
 */
export function rocAuc(
  truth: ArrayLike<number>,
  scores: Float32Array | Float64Array,
  { classes, positive, weights }: { classes: number; positive: number; weights?: Weights },
): number {
  const ranked = rankScores(truth, scoresOf(scores, classes, positive), positive);
  return ranked === null ? Number.NaN : areaUnderRoc(reachedBy(ranked, weights));
}

/** The scores of one class. */
export function scoresOf(scores: Float32Array | Float64Array, classes: number, k: number): Float64Array {
  const own = new Float64Array(scores.length / classes);
  for (let row = 0; row < own.length; row++) own[row] = scores[row * classes + k] as number;
  return own;
}

/**
 * The area for scores that are ranked already, by the rank sum of the positives (H. Mann & D. Whitney, 1947). NaN when
 * either side has no rows. Rows whose rank or label is NaN are passed over.
 *
 * @param labels 1 for positive, 0 for negative
 * @param ranks mean ranks from 1 among the rows that have both
 */
export function rankedRocAuc(labels: Float64Array, ranks: Float64Array): number {
  let positives = 0;
  let negatives = 0;
  let rankSum = 0;
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row] as number;
    const rank = ranks[row] as number;
    if (Number.isNaN(label) || Number.isNaN(rank)) continue;
    if (label === 1) {
      positives++;
      rankSum += rank;
    } else negatives++;
  }
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}
