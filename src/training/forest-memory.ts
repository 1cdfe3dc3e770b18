import { allocateKernelMemory, createPlacer } from './kernels.js';

/** What a forest is grown from and with; the memory is shared by all threads. */
export interface ForestMemory {
  readonly memory: WebAssembly.Memory;
  readonly shape: ForestShape;
  readonly table: TableAddresses;
  /** Threads that have scratch memory of their own. */
  readonly threads: number;
}

/**
 * How the drawn rows of a tree are laid out (see kernels/forest-state.ts). Two classes and classes are counted in whole
 * numbers; weighted classes and values are summed in float64, in the order of the table.
 */
export const LAYOUTS = { twoClasses: 0, classes: 1, weightedClasses: 2, values: 3 } as const;

export type Layout = (typeof LAYOUTS)[keyof typeof LAYOUTS];

export interface ForestShape {
  readonly rows: number;
  readonly columns: number;
  /** At least 1. */
  readonly classes: number;
  readonly layout: Layout;
  readonly isWeighted: boolean;
  /** Rows that a tree can have at most. */
  readonly treeRows: number;
}

/** Bytes from the start of the memory. */
export interface TableAddresses {
  /** u16, `rowStride` bytes from row to row. */
  readonly ranks: number;
  readonly rowStride: number;
  /** Where the ranks of a column begin, uint32 by column. */
  readonly columnStarts: number;
  /** int32 by column. */
  readonly rankCounts: number;
  /** Smallest and largest value, float32, by column and rank. */
  readonly edges: number;
  /** Bytes of a column in them. */
  readonly edgeStride: number;
  /** float64 by row. */
  readonly targets: number;
  /** float32 by row; 0 where rows count once. */
  readonly weights: number;
  readonly end: number;
}

/** Scratch of one thread. */
export interface ScratchAddresses {
  readonly records: number;
  readonly spare: number;
  readonly histograms: number;
  readonly laneBytes: number;
  readonly scratch: number;
  readonly columns: number;
  readonly classSums: number;
  readonly nodes: number;
  readonly path: number;
  /** Room for ranks that are copied side by side (kernels/forest-gather.ts); 0 where the table is kept column by column. */
  readonly gathered: number;
  readonly end: number;
}

/** Numbers of 32 bits that a node takes: feature, threshold, start, end, right child. */
export const NODE_WORDS = 5;
const STEP_BYTES = 12;
/**
 * Tables of at most so many columns are kept row by row: then the columns that a node looks at lie together, which halves
 * the time of nodes whose rows lie apart. Wider ones are kept column by column.
 */
const NARROW = 64;
const LANES = 4;
const BINS = 256;
const MOST_RANKS = 65_536;
/** Room for the small arrays of kernels/forest-state.ts, and for the counts of a radix sort. */
const FIXED_BYTES = 32_768;
const MOST_BYTES = 2 ** 32 - 2 ** 20;

/**
 * Memory for the table and the scratch of as many threads as it has room for, up to `threads`. Pages that are never
 * written to take no memory of the machine, so room for the deepest and largest trees costs nothing.
 *
 * @throws MlxError TRAINING_FAILED where not even one thread has room
 */
export function allocateForest(shape: ForestShape, threads: number): ForestMemory {
  const table = placeTable(shape);
  const perThread = placeScratch(shape, table, 0).end - table.end;
  const fitting = Math.max(1, Math.min(threads, Math.floor((MOST_BYTES - table.end) / perThread)));
  const memory = allocateKernelMemory(table.end + fitting * perThread);
  return { memory, shape, table, threads: fitting };
}

function placeTable({ rows, columns, isWeighted }: ForestShape): TableAddresses {
  const place = createPlacer();
  const rowStride = columns <= NARROW ? 2 * columns : 2;
  const edgeStride = 8 * Math.min(rows, MOST_RANKS);
  return {
    ranks: place(2 * rows * columns),
    rowStride,
    columnStarts: place(4 * columns),
    rankCounts: place(4 * columns),
    edges: place(edgeStride * columns),
    edgeStride,
    targets: place(8 * rows),
    weights: isWeighted ? place(4 * rows) : 0,
    end: place(0),
  };
}

/** The scratch of thread `thread`. */
export function placeScratch(shape: ForestShape, table: TableAddresses, thread: number): ScratchAddresses {
  const first = placeFrom(shape, table.end);
  return thread === 0 ? first : placeFrom(shape, table.end + thread * (first.end - table.end));
}

function placeFrom(
  { rows, columns, classes, layout, treeRows }: ForestShape,
  start: number,
): ScratchAddresses {
  const place = createPlacer(start);
  const recordBytes = layout <= LAYOUTS.classes ? 8 : 16;
  const entryBytes = [8, 4 * classes, 8 * classes, 16][layout] as number;
  return {
    records: place(recordBytes * (rows + 1)),
    spare: place(recordBytes * (rows + 1)),
    laneBytes: BINS * entryBytes,
    histograms: place(LANES * BINS * entryBytes),
    scratch: place(FIXED_BYTES),
    columns: place(20 * columns),
    classSums: place(16 * classes),
    nodes: place(4 * NODE_WORDS * 2 * treeRows),
    path: place(STEP_BYTES * treeRows),
    // rows are copied 16 bytes at a time
    gathered: columns <= NARROW ? place(2 * columns * rows + 16) : 0,
    end: place(0),
  };
}
