import type { Matrix } from '../matrix.js';

/**
 * The columns as a linear model sees them: each less its weighted mean, with a column of ones after them where there is
 * an intercept. Neither is written out.
 */
export interface Design {
  readonly rows: number;
  readonly columns: number;
  readonly hasIntercept: boolean;
  /** Weight of each row. */
  readonly weights: Float64Array;
  readonly totalWeight: number;
  /** What is subtracted from each column: its weighted mean, or 0 where there is no intercept. */
  readonly centre: Float64Array;
  /** Weighted mean and standard deviation, and largest magnitude, of each column. */
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
  readonly largest: Float64Array;
  readonly cells: Cells;
}

/** The raw cells: row-major, or the cells that are not 0 with the column of each, row after row. */
export type Cells =
  | { readonly kind: 'dense'; readonly values: Float32Array }
  | {
      readonly kind: 'sparse';
      readonly values: Float32Array;
      readonly column: Int32Array;
      /** Where each row begins; one more than rows. */
      readonly start: Int32Array;
    };

/** Above this share of cells that are not 0, a loop over all of them is faster. */
const SPARSE_SHARE = 0.3;

/** Means farther from 0 than so many deviations are subtracted cell by cell, lest the difference is lost to rounding. */
const FAR_MEAN = 1000;

/** @param weights of the rows; each row counts once where they are not given */
export function designOf(matrix: Matrix, weights: Float64Array | undefined, hasIntercept: boolean): Design {
  const { rows, columns } = matrix;
  const own = weights ?? new Float64Array(rows).fill(1);
  const totalWeight = own.reduce((sum, weight) => sum + weight, 0);
  const { mean, deviation, largest, filled } = describe(matrix, own, totalWeight);
  const isNear = mean.every(
    (value, column) => Math.abs(value) <= FAR_MEAN * (deviation[column] as number) || deviation[column] === 0,
  );
  return {
    rows,
    columns,
    hasIntercept,
    weights: own,
    totalWeight,
    centre: hasIntercept ? mean : new Float64Array(columns),
    mean,
    deviation,
    largest,
    cells:
      isNear && filled <= SPARSE_SHARE * rows * columns
        ? sparseCells(matrix, filled)
        : { kind: 'dense', values: matrix.data },
  };
}

function describe({ rows, columns, data }: Matrix, weights: Float64Array, totalWeight: number) {
  const mean = new Float64Array(columns);
  const deviation = new Float64Array(columns);
  const largest = new Float64Array(columns);
  let filled = 0;
  for (let row = 0; row < rows; row++) {
    const weight = (weights[row] as number) / totalWeight;
    for (let column = 0; column < columns; column++) {
      const value = data[row * columns + column] as number;
      if (value === 0) continue;
      filled++;
      (mean[column] as number) += weight * value;
      if (Math.abs(value) > (largest[column] as number)) largest[column] = Math.abs(value);
    }
  }
  const first = data.subarray(0, columns);
  const isConstant = new Uint8Array(columns).fill(1);
  for (let row = 0; row < rows; row++) {
    const weight = (weights[row] as number) / totalWeight;
    for (let column = 0; column < columns; column++) {
      const value = data[row * columns + column] as number;
      if (value !== first[column]) isConstant[column] = 0;
      (deviation[column] as number) += weight * (value - (mean[column] as number)) ** 2;
    }
  }
  for (let column = 0; column < columns; column++) {
    if (isConstant[column] === 1) mean[column] = first[column] as number;
    deviation[column] = isConstant[column] === 1 ? 0 : Math.sqrt(deviation[column] as number);
  }
  return { mean, deviation, largest, filled };
}

function sparseCells({ rows, columns, data }: Matrix, filled: number): Cells {
  const values = new Float32Array(filled);
  const column = new Int32Array(filled);
  const start = new Int32Array(rows + 1);
  let at = 0;
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < columns; j++) {
      const value = data[row * columns + j] as number;
      if (value === 0) continue;
      values[at] = value;
      column[at++] = j;
    }
    start[row + 1] = at;
  }
  return { kind: 'sparse', values, column, start };
}
