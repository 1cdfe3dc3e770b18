import type { Matrix } from './matrix.js';
import { createRadixSort } from './radix-sort.js';

export const MAX_BINS = 255;

/**
 * The matrix with every column cut into at most 255 bins. All buffers are shared, so that worker threads
 * read the same memory. Bin `b` of column `f` holds the training values in
 * `[smallest[f * 256 + b], largest[f * 256 + b]]`; bins are ordered by value and do not overlap.
 */
export interface BinnedMatrix {
  readonly rows: number;
  readonly columns: number;
  /** Column-major bin numbers: column f is `bins[f * rows ... (f + 1) * rows]`. */
  readonly bins: Uint8Array;
  /** Number of bins of each column, at least 1. */
  readonly binCounts: Int32Array;
  readonly smallest: Float32Array;
  readonly largest: Float32Array;
}

/** Entries that each column has in `smallest` and `largest`. */
export const BIN_STRIDE = 256;

/**
 * Cuts every column into quantile bins: one bin per distinct value where there are at most 255, otherwise
 * bins of about equal size, in which a value that fills a bin alone gets its own. NaN is binned as −∞.
 *
 * Gives the event loop a turn after each column, so that a caller stays responsive.
 */
export async function binMatrix(matrix: Matrix, signal?: AbortSignal): Promise<BinnedMatrix> {
  const { rows, columns } = matrix;
  const binned: BinnedMatrix = {
    rows,
    columns,
    bins: new Uint8Array(new SharedArrayBuffer(rows * columns)),
    binCounts: new Int32Array(new SharedArrayBuffer(4 * columns)),
    smallest: new Float32Array(new SharedArrayBuffer(4 * columns * BIN_STRIDE)),
    largest: new Float32Array(new SharedArrayBuffer(4 * columns * BIN_STRIDE)),
  };
  const values = new Float32Array(rows);
  const sort = createRadixSort(values);
  for (let column = 0; column < columns; column++) {
    for (let row = 0, at = column; row < rows; row++, at += columns) {
      const value = matrix.data[at] as number;
      // −0 becomes 0, so that the two are one value
      values[row] = Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value + 0;
    }
    binColumn(binned, column, values, sort());
    if (rows * column > 100_000) await new Promise(setImmediate);
    signal?.throwIfAborted();
  }
  return binned;
}

function binColumn(binned: BinnedMatrix, column: number, values: Float32Array, order: Uint32Array): void {
  const ends = cutQuantiles(values, order);
  const bins = binned.bins.subarray(column * binned.rows, (column + 1) * binned.rows);
  binned.binCounts[column] = ends.length;
  let start = 0;
  for (let bin = 0; bin < ends.length; bin++) {
    const end = ends[bin] as number;
    binned.smallest[column * BIN_STRIDE + bin] = values[order[start] as number] as number;
    binned.largest[column * BIN_STRIDE + bin] = values[order[end - 1] as number] as number;
    for (let i = start; i < end; i++) bins[order[i] as number] = bin;
    start = end;
  }
}

/** Where each bin ends in the sorted order. */
function cutQuantiles(values: Float32Array, order: Uint32Array): ArrayLike<number> {
  const runEnds = distinctRuns(values, order);
  if (runEnds.length <= MAX_BINS) return runEnds;
  const rows = order.length;
  const ends: number[] = [];
  let binStart = 0;
  let runStart = 0;
  for (const runEnd of runEnds) {
    const target = (rows - binStart) / (MAX_BINS - ends.length);
    // a value that fills a bin alone does not share it with smaller ones
    if (runStart > binStart && runEnd - runStart >= target && ends.length < MAX_BINS - 2) {
      ends.push(runStart);
      binStart = runStart;
    }
    const isLastBin = ends.length === MAX_BINS - 1;
    if (runEnd - binStart >= target && !isLastBin) {
      ends.push(runEnd);
      binStart = runEnd;
    }
    runStart = runEnd;
  }
  if (binStart < rows) ends.push(rows);
  return ends;
}

function distinctRuns(values: Float32Array, order: Uint32Array): Uint32Array {
  const ends = new Uint32Array(order.length);
  let runs = 0;
  let previous = values[order[0] as number] as number;
  for (let i = 1; i < order.length; i++) {
    const value = values[order[i] as number] as number;
    if (value !== previous) ends[runs++] = i;
    previous = value;
  }
  ends[runs++] = order.length;
  return ends.subarray(0, runs);
}

/**
 * The split threshold between two values a < b: their float32 midpoint, or `a` where rounding reaches `b`,
 * so that `a <= t < b` holds exactly.
 */
export function midpointThreshold(a: number, b: number): number {
  const middle = Math.fround((a + b) / 2);
  return middle >= a && middle < b ? middle : a;
}
