import type { Matrix } from './matrix.js';

/** A weighted sum of the columns: the raw score of output o is `intercept[o] + sum over columns of weight × value`. */
export interface LinearScorer {
  readonly kind: 'linear';
  readonly columns: number;
  readonly outputs: number;
  /** `outputs × columns`, row-major. */
  readonly weights: Float64Array;
  /** One per output. */
  readonly intercept: Float64Array;
  /** Mean of each column over the training rows: what a column's contribution is measured from. */
  readonly means: Float64Array;
}

/** Raw scores of every row, row-major `rows × outputs`. */
export function scoreLinear({ outputs, weights, intercept }: LinearScorer, matrix: Matrix): Float64Array {
  const { rows, columns, data } = matrix;
  const scores = new Float64Array(rows * outputs);
  for (let row = 0; row < rows; row++) {
    for (let output = 0; output < outputs; output++) {
      let score = intercept[output] as number;
      for (let column = 0; column < columns; column++) {
        score += (weights[output * columns + column] as number) * (data[row * columns + column] as number);
      }
      scores[row * outputs + output] = score;
    }
  }
  return scores;
}
