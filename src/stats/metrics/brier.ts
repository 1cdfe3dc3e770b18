/**
 * What each row adds to the mean that is Brier's score (G. Brier, 1950). Two classes: (p − y)² of the last class, from 0
 * to 1, as scikit-learn's `brier_score_loss`. More: the squares are added over the classes, from 0 to 2, Brier's own form.
 *
 * @param truth class index per row
 * @param probabilities rows × classes, row-major
 */
export function rowBrierScores(
  truth: ArrayLike<number>,
  probabilities: Float32Array | Float64Array,
  classes: number,
): Float64Array {
  const scores = new Float64Array(truth.length);
  const first = classes === 2 ? 1 : 0;
  for (let row = 0; row < scores.length; row++) {
    let sum = 0;
    for (let k = first; k < classes; k++) {
      sum += ((probabilities[row * classes + k] as number) - (truth[row] === k ? 1 : 0)) ** 2;
    }
    scores[row] = sum;
  }
  return scores;
}
