import type { LinearScorer } from '../linear-scorer.js';
import type { Matrix } from '../matrix.js';
import type { Contributions } from './contributions.js';

/**
 * Weight × (value − mean of the training rows): the Shapley values of a linear model whose columns are taken as
 * independent. What is expected is the score at the means.
 */
export function linearContributions(scorer: LinearScorer, { rows, data }: Matrix): Contributions {
  const { columns, outputs, weights, intercept, means } = scorer;
  const values = new Float64Array(rows * outputs * columns);
  const expected = Float64Array.from(intercept);
  for (let output = 0; output < outputs; output++) {
    const own = weights.subarray(output * columns, (output + 1) * columns);
    own.forEach((weight, column) => {
      (expected[output] as number) += weight * (means[column] as number);
    });
    for (let row = 0; row < rows; row++) {
      const at = (row * outputs + output) * columns;
      for (let column = 0; column < columns; column++) {
        const value = data[row * columns + column] as number;
        values[at + column] = (own[column] as number) * (value - (means[column] as number));
      }
    }
  }
  return { rows, outputs, columns, values, expected };
}
