/**
 * Shifts each column's weights of all outputs by what makes the penalty least, in place: the softmax does not see a shift,
 * and a search that knows nothing of it crawls along it. Over one output nothing is shifted.
 *
 * The least penalty is at the median of the weights and of the minima of the penalty's quadratic pieces.
 *
 * @param coefficients `outputs × (columns + 1)`; the intercepts are shifted to a sum of 0
 */
export function recentre(
  coefficients: Float64Array,
  columns: number,
  { l1, l2 }: { readonly l1: number; readonly l2: number },
): void {
  const width = columns + 1;
  const outputs = coefficients.length / width;
  if (outputs === 1) return;
  for (let j = 0; j <= columns; j++) {
    const own = Array.from({ length: outputs }, (_, k) => coefficients[k * width + j] as number);
    const shift = j === columns ? meanOf(own) : bestShift(own, l1, l2);
    if (shift === 0) continue;
    for (let k = 0; k < outputs; k++) (coefficients[k * width + j] as number) -= shift;
  }
}

function bestShift(weights: readonly number[], l1: number, l2: number): number {
  const mean = meanOf(weights);
  const count = weights.length;
  const minima = Array.from({ length: count + 1 }, (_, below) => {
    const slope = (l1 * (count - 2 * below)) / count;
    return slope === 0 ? mean : mean + slope / l2;
  });
  const all = [...weights, ...minima].sort((a, b) => a - b);
  return all[count] as number;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
