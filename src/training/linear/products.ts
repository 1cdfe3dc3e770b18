import type { Cells, Design } from './design.js';

type SparseCells = Extract<Cells, { kind: 'sparse' }>;

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
    if (cells.kind === 'dense') addDense(cells.values, own, columns, offset, scores, output);
    else addSparse(cells, own, offset, scores, output);
  }
}

function addDense(
  values: Float32Array,
  own: Float64Array,
  columns: number,
  offset: number,
  scores: Float64Array,
  output: number,
): void {
  const outputs = (scores.length * columns) / values.length;
  const even = columns - (columns % 4);
  for (let at = 0, to = output; to < scores.length; at += columns, to += outputs) {
    // four sums, so that an addition need not wait for the one before it
    let [s0, s1, s2, s3] = [offset, 0, 0, 0];
    for (let j = 0; j < even; j += 4) {
      s0 += (values[at + j] as number) * (own[j] as number);
      s1 += (values[at + j + 1] as number) * (own[j + 1] as number);
      s2 += (values[at + j + 2] as number) * (own[j + 2] as number);
      s3 += (values[at + j + 3] as number) * (own[j + 3] as number);
    }
    for (let j = even; j < columns; j++) s0 += (values[at + j] as number) * (own[j] as number);
    scores[to] = s0 + s1 + (s2 + s3);
  }
}

function addSparse(
  { values, column, start }: SparseCells,
  own: Float64Array,
  offset: number,
  scores: Float64Array,
  output: number,
): void {
  const rows = start.length - 1;
  const outputs = scores.length / rows;
  for (let row = 0; row < rows; row++) {
    let sum = offset;
    const end = start[row + 1] as number;
    for (let i = start[row] as number; i < end; i++)
      sum += (values[i] as number) * (own[column[i] as number] as number);
    scores[row * outputs + output] = sum;
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
    for (let at = output; at < residuals.length; at += outputs) total += residuals[at] as number;
    if (cells.kind === 'dense') gatherDense(cells.values, residuals, output, columns, own);
    else gatherSparse(cells, residuals, output, own);
    for (let j = 0; j < columns; j++) (own[j] as number) -= total * (centre[j] as number);
    own[columns] = hasIntercept ? total : 0;
  }
}

function gatherDense(
  values: Float32Array,
  residuals: Float64Array,
  output: number,
  columns: number,
  own: Float64Array,
): void {
  const rows = values.length / columns;
  const outputs = residuals.length / rows;
  const even = rows - (rows % 4);
  const residualOf = (row: number): number => residuals[row * outputs + output] as number;
  // four rows at a time: the sums are read and written once for all of them
  for (let row = 0; row < even; row += 4) {
    const [r0, r1, r2, r3] = [residualOf(row), residualOf(row + 1), residualOf(row + 2), residualOf(row + 3)];
    const at = row * columns;
    for (let j = 0; j < columns; j++) {
      (own[j] as number) +=
        (values[at + j] as number) * r0 +
        (values[at + columns + j] as number) * r1 +
        ((values[at + 2 * columns + j] as number) * r2 + (values[at + 3 * columns + j] as number) * r3);
    }
  }
  for (let row = even; row < rows; row++) {
    for (let j = 0; j < columns; j++)
      (own[j] as number) += (values[row * columns + j] as number) * residualOf(row);
  }
}

function gatherSparse(
  { values, column, start }: SparseCells,
  residuals: Float64Array,
  output: number,
  own: Float64Array,
): void {
  const rows = start.length - 1;
  const outputs = residuals.length / rows;
  for (let row = 0; row < rows; row++) {
    const residual = residuals[row * outputs + output] as number;
    const end = start[row + 1] as number;
    for (let i = start[row] as number; i < end; i++)
      (own[column[i] as number] as number) += (values[i] as number) * residual;
  }
}
