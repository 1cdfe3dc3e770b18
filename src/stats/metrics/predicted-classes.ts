/**
 * The class of each row, as a graph's own label has it: of two classes the last one where its probability is at least the
 * threshold (as a float32), else the first of the largest probability.
 *
 * @param probabilities rows × classes, row-major
 */
export function predictedClasses(
  probabilities: Float32Array | Float64Array,
  classes: number,
  threshold: number | undefined,
): Int32Array {
  const labels = new Int32Array(probabilities.length / classes);
  if (threshold !== undefined) {
    const least = Math.fround(threshold);
    for (let row = 0; row < labels.length; row++)
      labels[row] = (probabilities[2 * row + 1] as number) >= least ? 1 : 0;
    return labels;
  }
  for (let row = 0; row < labels.length; row++) {
    let best = 0;
    for (let k = 1; k < classes; k++) {
      if ((probabilities[row * classes + k] as number) > (probabilities[row * classes + best] as number))
        best = k;
    }
    labels[row] = best;
  }
  return labels;
}
