import { setImmediate as nextTurn } from 'node:timers/promises';
import { createRandom, type Random } from '../../stats/random.js';
import type { Matrix } from '../matrix.js';
import { cutQuantiles, midpointThreshold } from '../quantile-cut.js';
import { createRadixSort, orderedBits } from '../radix-sort.js';

/** Rows whose values say where a continuous column is cut; smaller tables use all rows. */
const SAMPLE_ROWS = 25_000;

/**
 * Cuts every column into at most `mostBins` quantile bins, one per distinct value where there are no more; bins end
 * midway between two values. Missing values are in none: they have a bin of their own, after these.
 *
 * Gives the event loop a turn now and then, so that a caller stays responsive.
 *
 * @param order rows in the order in which they are trained on; the first `rows` of them say where to cut
 * @returns per column the largest value of each bin, ascending; the last is Infinity. None where all values are missing.
 */
export async function cutColumns(
  matrix: Matrix,
  order: Int32Array | null,
  rows: number,
  mostBins: number,
  signal: AbortSignal | undefined,
): Promise<Float32Array[]> {
  const sampled = rows <= SAMPLE_ROWS ? null : sampleOf(rows, order, createRandom(0));
  const all = createCut(matrix, rows, (i) => rowAt(order, i), mostBins);
  const some = sampled === null ? all : createCut(matrix, SAMPLE_ROWS, (i) => sampled[i] as number, mostBins);
  const cuts: Float32Array[] = [];
  for (let column = 0; column < matrix.columns; column++) {
    const edges = some(column);
    // a column of few values may have more of them than the sample shows
    cuts.push(some === all || edges.length === mostBins ? edges : all(column));
    if (matrix.rows * column > 1_000_000) await nextTurn();
    signal?.throwIfAborted();
  }
  return cuts;
}

export function rowAt(order: Int32Array | null, i: number): number {
  return order === null ? i : (order[i] as number);
}

function sampleOf(rows: number, order: Int32Array | null, random: Random): Int32Array {
  return Int32Array.from({ length: SAMPLE_ROWS }, () => rowAt(order, random.int(rows))).sort();
}

/** Cuts a column by the rows `row(0) ... row(count − 1)`. */
function createCut(
  { columns, data }: Matrix,
  count: number,
  row: (i: number) => number,
  mostBins: number,
): (column: number) => Float32Array {
  const cells = data;
  const offsets = Int32Array.from({ length: count }, (_, i) => row(i)).map((at) => at * columns);
  const values = new Float32Array(count);
  const sort = createRadixSort(count);
  return (column) => {
    let missing = 0;
    for (let i = 0; i < count; i++) {
      const value = cells[(offsets[i] as number) + column] as number;
      const isMissing = Number.isNaN(value);
      missing += +isMissing;
      // missing values are sorted to the end and cut off; −0 becomes 0, so that the two are one value
      values[i] = isMissing ? Number.POSITIVE_INFINITY : value + 0;
    }
    return edgesOf(sort(values).subarray(0, count - missing), mostBins);
  };
}

function edgesOf(sorted: Float32Array, mostBins: number): Float32Array {
  if (sorted.length === 0) return new Float32Array();
  const cuts = cutQuantiles(sorted, mostBins);
  const last = cuts.length - 1;
  return Float32Array.from(cuts, (cut, bin) =>
    bin === last
      ? Number.POSITIVE_INFINITY
      : midpointThreshold(cut, sorted[countUpTo(sorted, cut)] as number),
  );
}

/** How many sorted values are no larger than `value`. */
function countUpTo(sorted: Float32Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Writes the bins of all rows: two bytes a row for each pair of columns, so that one look at a row serves two histograms.
 * A missing value gets the bin after the last.
 *
 * @param bins `ceil(columns / 2) × rows × 2` bytes
 */
export async function assignBins(
  matrix: Matrix,
  order: Int32Array | null,
  cuts: readonly Float32Array[],
  bins: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { rows, columns, data } = matrix;
  const assign = createAssign(data, columns, rows, order, bins);
  for (let column = 0; column < columns; column++) {
    assign(column, cuts[column] as Float32Array);
    if (rows * column > 1_000_000) await nextTurn();
    signal?.throwIfAborted();
  }
}

/** The upper 16 bits of a value give the first bin that can be meant; from there the bins are tried in turn. */
function createAssign(
  data: Float32Array,
  columns: number,
  rows: number,
  order: Int32Array | null,
  bins: Uint8Array,
): (column: number, cuts: Float32Array) => void {
  const cells = data;
  const to = bins;
  const firstBin = new Uint8Array(1 << 16);
  const edges = new Float32Array(256);
  const edgeBits = new Uint32Array(edges.buffer);
  const values = new Float32Array(rows);
  const bits = new Uint32Array(values.buffer);
  return (column, cuts) => {
    const count = cuts.length;
    edges.set(cuts);
    for (let bin = 0, prefix = 0; bin < count; bin++) {
      const end = orderedBits(edgeBits[bin] as number) >>> 16;
      while (prefix <= end) firstBin[prefix++] = bin;
    }
    for (let i = 0; i < rows; i++) values[i] = (cells[rowAt(order, i) * columns + column] as number) + 0;
    let at = (column >> 1) * 2 * rows + (column & 1);
    for (let i = 0; i < rows; i++, at += 2) {
      const value = values[i] as number;
      if (count === 0 || Number.isNaN(value)) {
        to[at] = count;
        continue;
      }
      let bin = firstBin[orderedBits(bits[i] as number) >>> 16] as number;
      while (value > (edges[bin] as number)) bin++;
      to[at] = bin;
    }
  };
}
