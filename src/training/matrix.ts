/**
 * The training input: the float32 feature matrix as it came out of the preprocessing graph.
 *
 * A missing value is NaN. Boosting learns at each split which way it goes; for the other tree trainers it is smaller than
 * every value, so that it always goes left. The ONNX trees say the same (`nodes_missing_value_tracks_true`).
 */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  /** Row-major, `rows × columns`. */
  readonly data: Float32Array;
}

/** The rows at `rows`, in that order. */
export function takeMatrixRows(matrix: Matrix, rows: ArrayLike<number>): Matrix {
  const { columns } = matrix;
  const data = new Float32Array(rows.length * columns);
  for (let i = 0; i < rows.length; i++) {
    const start = (rows[i] as number) * columns;
    data.set(matrix.data.subarray(start, start + columns), i * columns);
  }
  return { rows: rows.length, columns, data };
}
