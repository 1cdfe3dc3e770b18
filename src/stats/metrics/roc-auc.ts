/**
 * Area under the ROC curve of class `positive` against the rest: the share of (positive, negative)
 * pairs in which the positive has the higher score, ties counting one half (Mann–Whitney; equal to
 * scikit-learn's trapezoid). NaN when either side has no rows, or a score is NaN.
 *
 * @param truth class index per row
 * @param scores rows × classes, row-major
 */
export function rocAuc(
  truth: ArrayLike<number>,
  scores: Float32Array | Float64Array,
  { classes, positive }: { classes: number; positive: number },
): number {
  let positiveCount = 0;
  for (let row = 0; row < truth.length; row++) if (truth[row] === positive) positiveCount++;
  const positives = new Float64Array(positiveCount);
  const negatives = new Float64Array(truth.length - positiveCount);
  let p = 0;
  let n = 0;
  for (let row = 0; row < truth.length; row++) {
    const score = scores[row * classes + positive] as number;
    if (Number.isNaN(score)) return Number.NaN;
    if (truth[row] === positive) positives[p++] = score;
    else negatives[n++] = score;
  }
  return pairsWon(positives.sort(), negatives.sort()) / (positives.length * negatives.length);
}

/**
 * One-against-rest AUC, averaged without weights over the classes that occur in `truth`. Equal to
 * scikit-learn's `multi_class='ovr', average='macro'`, which demands that all of them occur. NaN
 * when fewer than two do.
 */
export function macroRocAuc(
  truth: ArrayLike<number>,
  scores: Float32Array | Float64Array,
  classes: number,
): number {
  const present = [...new Set(Array.from(truth))];
  if (present.length < 2) return Number.NaN;
  const areas = present.map((positive) => rocAuc(truth, scores, { classes, positive }));
  return areas.reduce((sum, area) => sum + area, 0) / areas.length;
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

/** Pairs with positive > negative plus half of the ties, by one merge of two ascending arrays. */
function pairsWon(positives: Float64Array, negatives: Float64Array): number {
  let won = 0;
  let below = 0;
  let notAbove = 0;
  for (const score of positives) {
    while (below < negatives.length && (negatives[below] as number) < score) below++;
    while (notAbove < negatives.length && (negatives[notAbove] as number) <= score) notAbove++;
    won += (below + notAbove) / 2;
  }
  return won;
}
