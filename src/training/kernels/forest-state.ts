/*
 * What the forest kernels of one thread work on. Every thread has an instance of its own, so globals are private to it;
 * the addresses lie in memory that all threads share: the table is common, the scratch is each thread's own.
 *
 * A node of a tree is a range of records, one per drawn row, kept in the order of the table. Four layouts, by the type
 * that a histogram entry has (the type parameter T of the kernels). A row is told by the offset of its ranks:
 *
 *   u64  two classes:            record {offset u32, draws u16, draws × class u16}; entry {Σ draws u32, Σ draws × class u32}
 *   i32  classes:                record {offset u32, draws u16, class u16};         entry Σ draws by class
 *   f64  classes with weights:   record {offset u32, weight f32, class u32, –};     entry Σ weight by class
 *   v128 values:                 record {offset u32, weight f32, value f64};        entry {Σ weight × value, Σ weight} float64
 */

/** Bins of a histogram. */
export const BINS: i32 = 256;
/** Columns that are counted in one pass over the records. */
export const LANES: i32 = 4;

export let rows: i32 = 0;
export let columns: i32 = 0;
export let classes: i32 = 0;
/** u16, `rowStride` bytes from row to row; where a column begins: uint32 by column. */
export let rowStride: usize = 0;
export let columnStarts: usize = 0;
/** Number of ranks by column, int32. */
export let rankCounts: usize = 0;
/** Smallest and largest value of each rank by column, float32 pairs, `edgeStride` bytes a column. */
export let edges: usize = 0;
export let edgeStride: usize = 0;
/** Class (0 … classes − 1) or value by row, float64. */
export let targets: usize = 0;
/** Weight by row, float32; 0 where rows count once. */
export let weights: usize = 0;

export function setForestTable(
  rowCount: i32,
  columnCount: i32,
  classCount: i32,
  bytesOfRow: usize,
  columnStartsAt: usize,
  rankCountsAt: usize,
  edgesAt: usize,
  edgeBytes: usize,
  targetsAt: usize,
  weightsAt: usize,
): void {
  rows = rowCount;
  columns = columnCount;
  classes = classCount;
  rowStride = bytesOfRow;
  columnStarts = columnStartsAt;
  rankCounts = rankCountsAt;
  edges = edgesAt;
  edgeStride = edgeBytes;
  targets = targetsAt;
  weights = weightsAt;
}

export let maxDepth: i32 = 0;
export let minSamplesSplit: i32 = 0;
export let minSamplesLeaf: i32 = 0;
export let maxFeatures: i32 = 0;
export let minWeightShare: f64 = 0;
export let minDecrease: f64 = 0;
export let isEntropy: bool = false;
export let isRandomSplit: bool = false;

export function setForestRules(
  depth: i32,
  samplesSplit: i32,
  samplesLeaf: i32,
  features: i32,
  weightShare: f64,
  decrease: f64,
  entropy: bool,
  randomSplit: bool,
): void {
  maxDepth = depth;
  minSamplesSplit = samplesSplit;
  minSamplesLeaf = samplesLeaf;
  maxFeatures = features;
  minWeightShare = weightShare;
  minDecrease = decrease;
  isEntropy = entropy;
  isRandomSplit = randomSplit;
}

/** Records of the drawn rows, and room for as many again. */
export let records: usize = 0;
export let spare: usize = 0;
/** Histograms of the lanes; all zero between splits. */
export let histograms: usize = 0;
export let laneBytes: usize = 0;
/** Fixed room: see the offsets below. */
export let scratch: usize = 0;
/** Order in which columns are drawn, bounds of the ranks in the node under work, and gains; by column. */
export let order: usize = 0;
export let lows: usize = 0;
export let highs: usize = 0;
export let gains: usize = 0;
/** Three float64 vectors by class: the node, the left and the right side. */
export let classSums: usize = 0;
/** By node: feature (−1 at a leaf) i32, threshold f32, start u32, end u32, right child i32. */
export let nodes: usize = 0;
/** By depth: node, bound of the split column before, first rank on the right, i32 each. */
export let path: usize = 0;
/** Room for ranks that are copied side by side (see forest-gather.ts); 0 where the table is kept column by column. */
export let gathered: usize = 0;

export function setForestScratch(
  recordsAt: usize,
  spareAt: usize,
  histogramsAt: usize,
  bytesOfLane: usize,
  scratchAt: usize,
  columnsAt: usize,
  classSumsAt: usize,
  nodesAt: usize,
  pathAt: usize,
  gatheredAt: usize,
): void {
  records = recordsAt;
  spare = spareAt;
  histograms = histogramsAt;
  laneBytes = bytesOfLane;
  scratch = scratchAt;
  const stride = (<usize>columns) << 2;
  gains = columnsAt;
  order = gains + 2 * stride;
  lows = order + stride;
  highs = lows + stride;
  classSums = classSumsAt;
  nodes = nodesAt;
  path = pathAt;
  gathered = gatheredAt;
  memory.fill(scratch, 0, SCRATCH_BYTES);
}

// offsets in the scratch: marks and state of the lanes; by bin: list of those with rows, rows, rank; keys of a small
// node; tables inside each other, of which there are fewer than 20, since each has at most half the rows of the one before
export const MARKS: usize = 0;
export const LANE_STATE: usize = MARKS + 4 * 256;
export const BIN_LIST: usize = LANE_STATE + 64;
export const BIN_ROWS: usize = BIN_LIST + 4 * 256;
export const BIN_RANKS: usize = BIN_ROWS + 4 * 256;
export const KEYS: usize = BIN_RANKS + 4 * 256;
export const TABLES: usize = KEYS + 4 * 256;
export const SCRATCH_BYTES: usize = TABLES + 256;

@inline
export function recordBytes<T>(): usize {
  return isVector<T>() || isFloat<T>() ? 16 : 8;
}

/** Where the ranks of a column begin. */
@inline
export function ranksOf(column: i32): usize {
  return <usize>load<u32>(columnStarts + ((<usize>column) << 2));
}

/** Where the smallest and the largest value of a rank stand. */
@inline
export function edgeOf(column: i32, rank: i32): usize {
  return edges + <usize>column * edgeStride + ((<usize>rank) << 3);
}

@inline
export function at32(base: usize, index: i32): usize {
  return base + ((<usize>index) << 2);
}
