import { setImmediate as nextTurn } from 'node:timers/promises';
import { createRandom } from '../stats/random.js';
import type { Matrix } from './matrix.js';
import { cutQuantiles, MAX_BINS } from './quantile-cut.js';
import { createRadixSort, orderedBits } from './radix-sort.js';

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

/** Rows whose values say where a continuous column is cut; smaller tables use all rows. */
const SAMPLE_ROWS = 25_000;

/**
 * Cuts every column into quantile bins: one bin per distinct value where there are at most 255, otherwise
 * bins of about equal size (in a random sample of a big table), in which a value that fills a bin alone gets
 * its own. NaN is binned as −∞.
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
  const readColumn = createReadColumn(matrix);
  const cut = createCut(rows);
  const assignBins = createAssignBins(binned);
  for (let column = 0; column < columns; column++) {
    const values = readColumn(column);
    assignBins(column, values, cut(values));
    if (rows * column > 100_000) await nextTurn();
    signal?.throwIfAborted();
  }
  return binned;
}

/** Says where to cut a column of that many values. */
function createCut(rows: number): (values: Float32Array) => number[] {
  const sortAll = createRadixSort(rows);
  if (rows <= 2 * SAMPLE_ROWS) return (values) => cutQuantiles(sortAll(values));
  const random = createRandom(0);
  const sampled = Int32Array.from({ length: SAMPLE_ROWS }, () => random.int(rows));
  const sample = new Float32Array(SAMPLE_ROWS);
  const sortSample = createRadixSort(SAMPLE_ROWS);
  return (values) => {
    for (let i = 0; i < SAMPLE_ROWS; i++) sample[i] = values[sampled[i] as number] as number;
    const cuts = cutQuantiles(sortSample(sample));
    // a column of few values may have more of them than the sample shows
    return cuts.length < MAX_BINS ? cutQuantiles(sortAll(values)) : cuts;
  };
}

/** Gives the values of a column, valid until the next call. */
function createReadColumn({ rows, columns, data }: Matrix): (column: number) => Float32Array {
  const cells = data;
  const values = new Float32Array(rows);
  return (column) => {
    for (let row = 0, at = column; row < rows; row++, at += columns) {
      const value = cells[at] as number;
      // −0 becomes 0, so that the two are one value
      values[row] = Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value + 0;
    }
    return values;
  };
}

/**
 * Puts each value into the first bin whose cut it does not exceed, or else the last one. The upper 16 bits of a
 * value give the first bin that can be meant; from there the bins are tried in turn.
 */
function createAssignBins(
  binned: BinnedMatrix,
): (column: number, values: Float32Array, cuts: readonly number[]) => void {
  const { rows, bins, binCounts, smallest, largest } = binned;
  const firstBin = new Uint8Array(1 << 16);
  const edges = new Float32Array(BIN_STRIDE);
  const edgeBits = new Uint32Array(edges.buffer);
  const value = new Float32Array(rows);
  const bits = new Uint32Array(value.buffer);
  return (column, values, cuts) => {
    const first = column * rows;
    const at = column * BIN_STRIDE;
    const last = cuts.length - 1;
    binCounts[column] = cuts.length;
    edges.set(cuts);
    edges[last] = Number.POSITIVE_INFINITY;
    value.set(values);
    for (let bin = 0, prefix = 0; bin <= last; bin++) {
      const end = orderedBits(edgeBits[bin] as number) >>> 16;
      while (prefix <= end) firstBin[prefix++] = bin;
    }
    smallest.fill(Number.POSITIVE_INFINITY, at, at + cuts.length);
    largest.fill(Number.NEGATIVE_INFINITY, at, at + cuts.length);
    for (let row = 0; row < rows; row++) {
      const cell = value[row] as number;
      let bin = firstBin[orderedBits(bits[row] as number) >>> 16] as number;
      while (cell > (edges[bin] as number)) bin++;
      bins[first + row] = bin;
      if (cell < (smallest[at + bin] as number)) smallest[at + bin] = cell;
      if (cell > (largest[at + bin] as number)) largest[at + bin] = cell;
    }
  };
}

/**
 * The split threshold between two values a < b: their float32 midpoint, or `a` where rounding reaches `b`,
 * so that `a <= t < b` holds exactly.
 */
export function midpointThreshold(a: number, b: number): number {
  const middle = Math.fround((a + b) / 2);
  return middle >= a && middle < b ? middle : a;
}
