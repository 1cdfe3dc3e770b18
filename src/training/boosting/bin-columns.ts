import { setImmediate as nextTurn } from 'node:timers/promises';
import { createRandom, type Random } from '../../stats/random.js';
import { allocateKernelMemory, createPlacer, loadKernels } from '../kernels.js';
import type { Matrix } from '../matrix.js';
import { binsAt, type Layout } from './layout.js';
import { cutQuantiles } from './quantile-cut.js';

/** Rows whose values say where a continuous column is cut; smaller tables use all rows. */
const SAMPLE_ROWS = 25_000;
/** A radix sort's counts: see kernels/rank-column.ts. */
const SLOT_BYTES = 3 * 2048 * 4;
/** Below so many cells all columns are worked on in one turn of the event loop. */
const MANY_CELLS = 1_000_000;

export interface ColumnCuts {
  /** Per column the largest value of each bin, ascending; the last is Infinity. None where all values are missing. */
  readonly cuts: readonly Float32Array[];
  /** Per column 1 where rows to train on have missing values. */
  readonly hasMissing: Uint8Array;
}

/**
 * Cuts every column into at most `mostBins` quantile bins, one per distinct value where there are no more; bins end
 * midway between two values. Missing values are in none: they have a bin of their own, after these.
 *
 * Gives the event loop a turn now and then, so that a caller stays responsive.
 *
 * @param order rows in the order in which they are trained on; the first `rows` of them say where to cut
 */
export async function cutColumns(
  matrix: Matrix,
  order: Int32Array | null,
  rows: number,
  mostBins: number,
  signal: AbortSignal | undefined,
): Promise<ColumnCuts> {
  const values = new Float32Array(rows);
  const sampled = rows <= SAMPLE_ROWS ? null : sampleOf(rows, createRandom(0));
  const sort = createSort(rows);
  const cuts: Float32Array[] = [];
  const hasMissing = new Uint8Array(matrix.columns);
  for (let column = 0; column < matrix.columns; column++) {
    hasMissing[column] = readColumn(matrix, order, column, values) ? 1 : 0;
    let edges = edgesOf(sort(values, sampled), mostBins);
    // a column of few values may have more of them than the sample shows
    if (sampled !== null && edges.length < mostBins) edges = edgesOf(sort(values, null), mostBins);
    cuts.push(edges);
    if (matrix.rows * column > MANY_CELLS) await nextTurn();
    signal?.throwIfAborted();
  }
  return { cuts, hasMissing };
}

/** Writes the bins of all rows, see `binsAt`. A missing value gets the bin after the last. */
export async function binColumns(
  matrix: Matrix,
  order: Int32Array | null,
  cuts: readonly Float32Array[],
  layout: Layout,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { at, memory } = layout;
  const { rows, columns } = matrix;
  const { assignBins } = loadKernels(memory);
  // nobody needs these before the first round
  const values = new Float32Array(memory.buffer, at.gathered, rows);
  for (let column = 0; column < columns; column++) {
    const edges = cuts[column] as Float32Array;
    readColumn(matrix, order, column, values);
    new Float32Array(memory.buffer, at.edges, edges.length).set(edges);
    assignBins(at.gathered, rows, at.edges, edges.length, at.firstBins, binsAt(layout, column));
    if (rows * column > MANY_CELLS) await nextTurn();
    signal?.throwIfAborted();
  }
}

/**
 * Writes the first values of a column in the order that is trained on; −0 becomes 0, so that the two are one value.
 * @returns whether some are missing
 */
function readColumn(
  { columns, data }: Matrix,
  order: Int32Array | null,
  column: number,
  to: Float32Array,
): boolean {
  let missing = 0;
  for (let i = 0; i < to.length; i++) {
    const row = order === null ? i : (order[i] as number);
    const value = (data[row * columns + column] as number) + 0;
    missing += +Number.isNaN(value);
    to[i] = value;
  }
  return missing > 0;
}

function sampleOf(rows: number, random: Random): Int32Array {
  return Int32Array.from({ length: SAMPLE_ROWS }, () => random.int(rows)).sort();
}

/** Sorts those of `values` at `places` (null: all) that are not missing; valid until the next call. */
function createSort(most: number): (values: Float32Array, places: Int32Array | null) => Float32Array {
  const place = createPlacer();
  const [own, pairs, spare, slots] = [place(4 * most), place(8 * most), place(8 * most), place(SLOT_BYTES)];
  const memory = allocateKernelMemory(place(0));
  const { sortValues } = loadKernels(memory);
  const sorted = new Float32Array(memory.buffer, own, most);
  return (values, places) => {
    let count = 0;
    for (let i = 0; i < (places ?? values).length; i++) {
      const value = values[places === null ? i : (places[i] as number)] as number;
      // a missing value is written over by the next one
      sorted[count] = value;
      count += +!Number.isNaN(value);
    }
    sortValues(own, count, pairs, spare, slots);
    return sorted.subarray(0, count);
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
 * The split threshold between two values a < b: their float32 midpoint, or `a` where rounding reaches `b`,
 * so that `a <= t < b` holds exactly.
 */
export function midpointThreshold(a: number, b: number): number {
  const middle = Math.fround((a + b) / 2);
  return middle >= a && middle < b ? middle : a;
}
