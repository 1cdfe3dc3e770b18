import { allocateKernelMemory, createPlacer } from '../kernels.js';
import { CONTROL_BYTES, MOST_TASKS } from './crew.js';

/** Bytes of a histogram's cell: see kernels/boosting-histogram.ts. */
export const CELL_BYTES = 16;
/** Bytes of a split as `scanColumn` writes it. */
export const SPLIT_BYTES = 32;
/** Bytes of a node as `addTreeToScores` reads it. */
export const NODE_BYTES = 32;
/** What a chunk of rows adds up to: its loss, largest gradient and largest hessian. */
export const PARTIAL_BYTES = 24;
/** Words and numbers that the leader gives with a phase. */
export const ARGUMENTS = 16;

/** Histograms take so much memory at most; the nodes beyond are counted anew instead of by subtraction. */
const HISTOGRAM_BYTES = 2 ** 29;
/** Rows that one task takes, if not more. */
const CHUNK_ROWS = 8192;

export interface LayoutSpec {
  /** All rows; the ones to train on come first. */
  readonly rows: number;
  readonly trainingRows: number;
  /** Value bins of each column. */
  readonly bins: Int32Array;
  /** Per column 1 where rows to train on have missing values. */
  readonly hasMissing: Uint8Array;
  /** Raw scores of a row. */
  readonly outputs: number;
  readonly isWeighted: boolean;
  readonly numLeaves: number;
}

/** Where everything lies in the memory that the threads share: plain data, so that it can be posted. */
export interface Layout extends LayoutSpec {
  readonly memory: WebAssembly.Memory;
  readonly chunkRows: number;
  /** Where each column's histogram starts in one of a node; a last column without a partner gets an empty one. */
  readonly histogramOffsets: Int32Array;
  readonly histogramBytes: number;
  /** How many nodes' histograms there is room for, the last of which is for passing use. */
  readonly slots: number;
  readonly at: Readonly<Record<(typeof PARTS)[number], number>>;
}

const PARTS = [
  'control',
  'words',
  'numbers',
  'totals',
  'bounds',
  'penalties',
  'partials',
  'leftCounts',
  'leafStarts',
  'leafValues',
  'nodes',
  'columnsUsed',
  'splits',
  'edges',
  'firstBins',
  'bins',
  'ids',
  'lefts',
  'rights',
  'pairs',
  'gathered',
  'scores',
  'targets',
  'weights',
  'logSums',
  'histograms',
] as const;

/** @throws MlxError TRAINING_FAILED where so much memory cannot be had */
export function layOut(spec: LayoutSpec): Layout {
  const { rows, bins, outputs, numLeaves, isWeighted } = spec;
  const columns = bins.length;
  const histogramOffsets = offsetsOf(bins);
  const histogramBytes = histogramOffsets[histogramOffsets.length - 1] as number;
  const slots = Math.max(2, Math.min(numLeaves, Math.floor(HISTOGRAM_BYTES / histogramBytes))) + 1;
  const chunkRows = Math.max(CHUNK_ROWS, Math.ceil(rows / (MOST_TASKS - 1)));
  const sizes: Record<(typeof PARTS)[number], number> = {
    control: CONTROL_BYTES,
    words: 4 * ARGUMENTS,
    numbers: 8 * ARGUMENTS,
    totals: 2 * CELL_BYTES,
    bounds: 2 * 16,
    penalties: 24,
    partials: PARTIAL_BYTES * (MOST_TASKS + 1),
    leftCounts: 4 * (MOST_TASKS + 1),
    leafStarts: 4 * (numLeaves + 1),
    leafValues: 8 * numLeaves,
    nodes: NODE_BYTES * 2 * numLeaves,
    columnsUsed: columns,
    splits: 2 * SPLIT_BYTES * columns,
    edges: 4 * 256,
    firstBins: 65_536,
    bins: 2 * rows * Math.ceil(columns / 2),
    ids: 4 * rows,
    lefts: 4 * (rows + 1),
    rights: 4 * (rows + 1),
    pairs: 8 * rows,
    gathered: 8 * rows,
    scores: 8 * rows * outputs,
    targets: 8 * rows,
    weights: isWeighted ? 8 * rows : 0,
    logSums: outputs > 1 ? 8 * rows : 0,
    histograms: slots * histogramBytes,
  };
  const at: Record<string, number> = {};
  const place = createPlacer();
  for (const part of PARTS) at[part] = place(sizes[part]);
  const memory = allocateKernelMemory(place(0));
  return { ...spec, memory, chunkRows, histogramOffsets, histogramBytes, slots, at: at as Layout['at'] };
}

/** Each column takes its value bins and the one of missing values. */
function offsetsOf(bins: Int32Array): Int32Array {
  const padded = bins.length % 2 === 0 ? [...bins] : [...bins, 0];
  const offsets = new Int32Array(padded.length + 1);
  padded.forEach((count, column) => {
    offsets[column + 1] = (offsets[column] as number) + CELL_BYTES * (count + 1);
  });
  return offsets;
}

/**
 * Address of the bin of row 0 in a column; the rows' bins are two bytes apart: the bins of a pair of columns lie side by
 * side, so that one look at a row serves two histograms.
 */
export function binsAt({ at, rows }: Layout, column: number): number {
  return at.bins + (column >> 1) * 2 * rows + (column & 1);
}

/** Address of the weights, 0 where each row counts once. */
export function weightsAt({ isWeighted, at }: Layout): number {
  return isWeighted ? at.weights : 0;
}
