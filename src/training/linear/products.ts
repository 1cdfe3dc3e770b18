import type { Design } from './design.js';

/**
 * scores = design × coefficients, for every output.
 *
 * @param coefficients `outputs × (columns + 1)`, the intercept last in each row
 * @param scores `rows × outputs`, overwritten
 */
export function multiply(design: Design, coefficients: Float64Array, scores: Float64Array): void {
  const { rows, columns, centre, cells } = design;
  const outputs = scores.length / rows;
  for (let output = 0; output < outputs; output++) {
    const own = coefficients.subarray(output * (columns + 1), (output + 1) * (columns + 1));
    let offset = own[columns] as number;
    for (let j = 0; j < columns; j++) offset -= (own[j] as number) * (centre[j] as number);
    for (let row = 0; row < rows; row++) {
      let sum = 0;
      if (cells.kind === 'dense') {
        const at = row * columns;
        for (let j = 0; j < columns; j++) sum += (cells.values[at + j] as number) * (own[j] as number);
      } else {
        const end = cells.start[row + 1] as number;
        for (let i = cells.start[row] as number; i < end; i++)
          sum += (cells.values[i] as number) * (own[cells.column[i] as number] as number);
      }
      scores[row * outputs + output] = sum + offset;
    }
  }
}

/**
 * gradient = designᵀ × residuals, for every output; shapes as in `multiply`. The last entry of each output is the sum of
 * its residuals, or 0 where there is no intercept.
 */
export function multiplyTransposed(design: Design, residuals: Float64Array, gradient: Float64Array): void {
  const { rows, columns, centre, cells, hasIntercept } = design;
  const outputs = residuals.length / rows;
  gradient.fill(0);
  for (let output = 0; output < outputs; output++) {
    const own = gradient.subarray(output * (columns + 1), (output + 1) * (columns + 1));
    let total = 0;
    for (let row = 0; row < rows; row++) {
      const residual = residuals[row * outputs + output] as number;
      total += residual;
      if (cells.kind === 'dense') {
        const at = row * columns;
        for (let j = 0; j < columns; j++) (own[j] as number) += (cells.values[at + j] as number) * residual;
      } else {
        const end = cells.start[row + 1] as number;
        for (let i = cells.start[row] as number; i < end; i++)
          (own[cells.column[i] as number] as number) += (cells.values[i] as number) * residual;
      }
    }
    for (let j = 0; j < columns; j++) (own[j] as number) -= total * (centre[j] as number);
    own[columns] = hasIntercept ? total : 0;
  }
}
